-- Every memory in scope that matches the full-text query, best first.
with found as (
    select
        memory.memory_id,
        ts_rank_cd(memory.words, websearch_to_tsquery('english', %(query)s), 33)
            ::double precision
        * case when memory.flagged then %(flagged_factor)s::double precision else 1 end as keyword
    from memory
    where memory.tenant_id = %(tenant_id)s
        and (%(user_id)s::text is null or memory.user_id = %(user_id)s)
        and memory.words @@ websearch_to_tsquery('english', %(query)s)
    -- include part_memory_filter
),

-- Cut before the memories themselves are read.
best as materialized (
    select * from found
    where
        %(after_evidence)s::double precision is null
        or keyword < %(after_evidence)s
        or (keyword = %(after_evidence)s and memory_id > %(after_id)s::uuid)
    order by keyword desc, memory_id
    limit %(limit)s
)

select
    -- include part_memory_columns
    ,
    0::double precision as semantic,
    best.keyword,
    best.keyword as evidence,
    0::bigint as without_embedding
from best
inner join memory
    on memory.memory_id = best.memory_id
where memory.tenant_id = %(tenant_id)s
    and memory.memory_id = any(array(select best.memory_id from best))
order by best.keyword desc, best.memory_id
