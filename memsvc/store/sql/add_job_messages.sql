insert into job_message (tenant_id, job_id, memory_id)
select %(tenant_id)s, %(job_id)s, item.memory_id
from unnest(%(memory_ids)s::uuid[]) as item (memory_id)
on conflict (tenant_id, job_id, memory_id) do nothing
