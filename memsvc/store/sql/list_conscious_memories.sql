-- Pinned, then essential, then what was drawn or written down before what was just said, by
-- importance and age. What facts speak for is not said twice.
select
    -- include part_memory_columns
from memory
where memory.tenant_id = %(tenant_id)s
    and memory.user_id = %(user_id)s
    and memory.superseded_time is null
    and (memory.pinned or not memory.fully_drawn)
    and (memory.expire_time is null or memory.expire_time > %(now)s)
    and (%(categories)s::text[] is null or memory.category = any(%(categories)s))
order by
    memory.pinned desc,
    memory.essential desc,
    (memory.kind = 2),
    memory.importance desc,
    memory.valid_from_time desc,
    memory.memory_id
limit %(limit)s
