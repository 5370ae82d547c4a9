insert into pending_embedding (tenant_id, memory_id, due_time)
select %(tenant_id)s, unnest(%(memory_ids)s::uuid[]), %(now)s
on conflict (tenant_id, memory_id) do nothing
