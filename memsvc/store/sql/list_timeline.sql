-- In the order of valid_from_time; the page before ended with (after_valid_from_time, after_id).
select
    -- include part_memory_columns
from memory
where memory.tenant_id = %(tenant_id)s
    and memory.user_id = %(user_id)s
    and memory.kind in (1, 3)
    and (%(category)s::text is null or memory.category = %(category)s)
    and (%(slot)s::text is null or memory.slot = %(slot)s)
    and (memory.expire_time is null or memory.expire_time > %(now)s)
    and memory.create_time <= %(known_time)s
    and (
        %(after_valid_from_time)s::timestamptz is null
        or (memory.valid_from_time, memory.memory_id)
        > (%(after_valid_from_time)s, %(after_id)s::uuid)
    )
order by memory.valid_from_time, memory.memory_id
limit %(limit)s
