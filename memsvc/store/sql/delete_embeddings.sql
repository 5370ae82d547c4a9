-- The memory's text changed: its vectors, in whatever space, say what it no longer says.
delete from memory_embedding
where memory_embedding.tenant_id = %(tenant_id)s
    and memory_embedding.memory_id = %(memory_id)s
