delete from memory
where memory.tenant_id = %(tenant_id)s
    and memory.memory_id = any(%(memory_ids)s)
    and (%(user_id)s::text is null or memory.user_id = %(user_id)s)
    and (memory.expire_time is null or memory.expire_time > %(now)s)
returning memory.memory_id, memory.user_id, memory.message_id
