-- What has its vector in the space that serves no longer waits for it.
delete from pending_embedding
using memory_embedding
where pending_embedding.tenant_id = %(tenant_id)s
    and pending_embedding.memory_id = any(%(memory_ids)s)
    and memory_embedding.tenant_id = %(tenant_id)s
    and memory_embedding.memory_id = pending_embedding.memory_id
    and memory_embedding.space_id = %(space_id)s
    and exists (
        select
        from embedding_space
        where embedding_space.space_id = %(space_id)s and embedding_space.active
    )
