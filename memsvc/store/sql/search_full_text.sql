-- Every memory in scope that matches the full-text query, best first.
with found as (
    select
        memory.memory_id,
        ts_rank_cd(memory.words, websearch_to_tsquery('english', %(query)s), 33)
            ::double precision as keyword
    from memory
    where memory.tenant_id = %(tenant_id)s
        and (%(user_id)s::text is null or memory.user_id = %(user_id)s)
        and memory.words @@ websearch_to_tsquery('english', %(query)s)
    -- include part_memory_filter
)

select
    -- include part_memory_columns
    ,
    0::double precision as semantic,
    found.keyword,
    found.keyword as evidence,
    0::bigint as without_embedding
from found
inner join memory
    on memory.tenant_id = %(tenant_id)s
    and memory.memory_id = found.memory_id
where
    %(after_evidence)s::double precision is null
    or found.keyword < %(after_evidence)s
    or (found.keyword = %(after_evidence)s and found.memory_id > %(after_id)s::uuid)
order by found.keyword desc, found.memory_id
limit %(limit)s
