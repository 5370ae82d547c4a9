update pending_embedding
set due_time = %(due_time)s
where pending_embedding.tenant_id = %(tenant_id)s
    and pending_embedding.memory_id = %(memory_id)s
