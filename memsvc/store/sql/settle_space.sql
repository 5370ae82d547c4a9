-- As settle_pending, for all memories of the tenant and a space that is about to serve.
delete from pending_embedding
using memory_embedding
where pending_embedding.tenant_id = %(tenant_id)s
    and memory_embedding.tenant_id = %(tenant_id)s
    and memory_embedding.memory_id = pending_embedding.memory_id
    and memory_embedding.space_id = %(space_id)s
