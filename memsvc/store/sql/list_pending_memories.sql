select
    memory.memory_id,
    memory.version,
    memory.author,
    memory.content
from pending_embedding
inner join memory
    on memory.tenant_id = %(tenant_id)s
    and memory.memory_id = pending_embedding.memory_id
where pending_embedding.tenant_id = %(tenant_id)s
    and pending_embedding.due_time <= %(now)s
order by pending_embedding.due_time, pending_embedding.memory_id
limit %(limit)s
