-- Every memory of the tenant without a vector in the space waits for it.
insert into pending_embedding (tenant_id, memory_id, user_id, due_time)
select memory.tenant_id, memory.memory_id, memory.user_id, %(now)s
from memory
where memory.tenant_id = %(tenant_id)s
    and not exists (
        select
        from memory_embedding
        where memory_embedding.tenant_id = %(tenant_id)s
            and memory_embedding.memory_id = memory.memory_id
            and memory_embedding.space_id = %(space_id)s
    )
on conflict (tenant_id, memory_id) do nothing
