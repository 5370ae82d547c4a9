delete from memory
where memory.tenant_id = %(tenant_id)s
    and memory.memory_id = any(%(memory_ids)s)
    and memory.kind = 1
