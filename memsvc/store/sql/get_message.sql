select
    memory.place / 16777216 as number,
    -- include part_memory_columns
from memory
where memory.tenant_id = %(tenant_id)s
    and memory.user_id = %(user_id)s
    and memory.message_id = %(message_id)s
    and (memory.expire_time is null or memory.expire_time > %(now)s)
