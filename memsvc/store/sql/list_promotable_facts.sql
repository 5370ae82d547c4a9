-- The user's present facts, most important first, with what their promotion rests on.
select
    -- include part_memory_columns
from memory
where memory.tenant_id = %(tenant_id)s
    and memory.user_id = %(user_id)s
    and memory.kind = 1
    and memory.superseded_time is null
    and memory.temporal_state in (1, 4)
    and (memory.expire_time is null or memory.expire_time > %(now)s)
order by memory.importance desc, memory.refresh_time desc, memory.memory_id
limit %(limit)s
