-- How many memories the tenant has, and how many of them have a vector in the space.
select
    count(*) as memories,
    count(memory_embedding.memory_id) as embedded
from memory
left join memory_embedding
    on memory_embedding.tenant_id = %(tenant_id)s
    and memory_embedding.memory_id = memory.memory_id
    and memory_embedding.space_id = %(space_id)s
where memory.tenant_id = %(tenant_id)s
