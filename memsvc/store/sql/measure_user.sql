update memory_count
set
    stored = (
        select count(*)
        from memory
        where memory.tenant_id = %(tenant_id)s and memory.user_id = %(user_id)s
    ),
    bytes = (
        select coalesce(sum(octet_length(memory.content)), 0)
        from memory
        where memory.tenant_id = %(tenant_id)s and memory.user_id = %(user_id)s
    ),
    measured = true
where memory_count.tenant_id = %(tenant_id)s
    and memory_count.user_id = %(user_id)s
    and not memory_count.measured
