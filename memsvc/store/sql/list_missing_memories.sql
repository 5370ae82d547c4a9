-- Memories without a vector in the space, by id. The lateral is a lookup for each memory in the order
-- of the key, whatever the planner thinks: reading all vectors for each page would be quadratic.
select
    memory.memory_id,
    memory.version,
    memory.author,
    memory.content
from memory
cross join lateral (
    select count(*) as vectors
    from memory_embedding
    where memory_embedding.tenant_id = %(tenant_id)s
        and memory_embedding.memory_id = memory.memory_id
        and memory_embedding.space_id = %(space_id)s
) as held
where memory.tenant_id = %(tenant_id)s
    and (%(after_id)s::uuid is null or memory.memory_id > %(after_id)s::uuid)
    and held.vectors = 0
order by memory.memory_id
limit %(limit)s
