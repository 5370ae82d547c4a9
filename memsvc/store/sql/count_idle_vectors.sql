-- How many vectors the tenant has in spaces that do not serve.
select count(*) as vectors
from memory_embedding
inner join embedding_space
    on embedding_space.space_id = memory_embedding.space_id
    and not embedding_space.active
where memory_embedding.tenant_id = %(tenant_id)s
