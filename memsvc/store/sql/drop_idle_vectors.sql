-- Deletes a batch of vectors in spaces that do not serve, in the order of the key.
with idle as (
    select memory_embedding.memory_id, memory_embedding.space_id
    from memory_embedding
    where memory_embedding.tenant_id = %(tenant_id)s
        and (%(after_id)s::uuid is null or memory_embedding.memory_id >= %(after_id)s::uuid)
        and memory_embedding.space_id in (
            select embedding_space.space_id from embedding_space where not embedding_space.active
        )
    order by memory_embedding.memory_id
    limit %(limit)s
)

delete from memory_embedding
using idle
where memory_embedding.tenant_id = %(tenant_id)s
    and memory_embedding.memory_id = idle.memory_id
    and memory_embedding.space_id = idle.space_id
returning memory_embedding.memory_id
