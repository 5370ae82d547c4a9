insert into memory_embedding (
    tenant_id, memory_id, space_id, user_id, embedding, live, expire_time
)
select
    memory_embedding.tenant_id, %(memory_id)s, memory_embedding.space_id, memory_embedding.user_id,
    memory_embedding.embedding, %(live)s, memory_embedding.expire_time
from memory_embedding
where memory_embedding.tenant_id = %(tenant_id)s
    and memory_embedding.memory_id = %(template_id)s
