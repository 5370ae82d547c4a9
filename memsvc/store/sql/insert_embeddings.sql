-- Stores vectors of memories whose text is still the one that was embedded; returns whose.
insert into memory_embedding (
    tenant_id, memory_id, space_id, user_id, embedding, live, expire_time
)
select
    memory.tenant_id, memory.memory_id, %(space_id)s, memory.user_id, item.embedding,
    memory.superseded_time is null, memory.expire_time
from unnest(%(memory_ids)s::uuid[], %(versions)s::integer[], %(embeddings)b::vector[])
    as item (memory_id, version, embedding)
inner join memory
    on memory.tenant_id = %(tenant_id)s
    and memory.memory_id = item.memory_id
    and memory.version = item.version
on conflict (tenant_id, memory_id, space_id) do update set embedding = excluded.embedding
returning memory_embedding.memory_id
