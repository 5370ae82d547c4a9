insert into pending_embedding (tenant_id, memory_id, user_id, due_time)
select memory.tenant_id, memory.memory_id, memory.user_id, %(now)s
from memory
where memory.tenant_id = %(tenant_id)s
    and memory.memory_id = any(%(memory_ids)s::uuid[])
on conflict (tenant_id, memory_id) do nothing
