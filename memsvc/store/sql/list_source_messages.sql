-- Episodes by their messages' ids, such as those that a memory rests on, oldest first.
select
    -- include part_memory_columns
from memory
where memory.tenant_id = %(tenant_id)s
    and memory.user_id = %(user_id)s
    and memory.message_id = any(%(message_ids)s)
order by memory.valid_from_time, memory.sequence
