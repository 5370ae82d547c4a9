-- The facts of a slot that come closest in meaning to a new one.
select
    memory.content,
    memory.value,
    memory.value_key,
    -(memory_embedding.embedding <#> %(embedding)b::vector) as similarity
from memory
inner join memory_embedding
    on memory_embedding.tenant_id = %(tenant_id)s
    and memory_embedding.memory_id = memory.memory_id
    and memory_embedding.space_id = %(space_id)s
where memory.tenant_id = %(tenant_id)s
    and memory.user_id = %(user_id)s
    and memory.kind = 1
    and memory.slot = %(slot)s
    and memory.author = %(author)s
    and memory.temporal_state = %(temporal_state)s
    and memory.ends = %(ends)s
    and -(memory_embedding.embedding <#> %(embedding)b::vector) >= %(similarity_min)s
order by similarity desc, memory.memory_id
limit 5
