-- Facts that are still to be compared with the others and have a vector for it by now.
select
    memory.memory_id,
    memory.version
from memory
where memory.tenant_id = %(tenant_id)s
    and memory.user_id = %(user_id)s
    and memory.unmatched
    and exists (
        select
        from memory_embedding
        where memory_embedding.tenant_id = %(tenant_id)s
            and memory_embedding.memory_id = memory.memory_id
            and memory_embedding.space_id = %(space_id)s
    )
order by memory.memory_id
limit %(limit)s
