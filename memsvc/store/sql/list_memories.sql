-- Newest first; the page before ended with (after_create_time, after_id).
select
    -- include part_memory_columns
from memory
where memory.tenant_id = %(tenant_id)s
    and memory.user_id = %(user_id)s
    and (
        %(after_create_time)s::timestamptz is null
        or (memory.create_time, memory.memory_id) < (%(after_create_time)s, %(after_id)s::uuid)
    )
    -- include part_memory_filter
order by memory.create_time desc, memory.memory_id desc
limit %(limit)s
