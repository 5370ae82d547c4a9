-- The facts that bear on each other: of a slot, or of one value of it (value_key), in one state; with the
-- ones that say that a value holds no longer. From a time on, with what held right then: what is said of
-- a later time changes nothing before it.
select
    -- include part_fact_columns
from memory
where memory.tenant_id = %(tenant_id)s
    and memory.user_id = %(user_id)s
    and memory.kind = 1
    and memory.slot = %(slot)s
    and memory.author = %(author)s
    and (%(value_key)s::text is null or memory.value_key = %(value_key)s)
    and (
        (memory.temporal_state = %(temporal_state)s and memory.ends = %(ends)s)
        or (memory.ends and %(temporal_state)s = 1)
    )
    and (
        %(since)s::timestamptz is null
        or memory.valid_to_time is null
        or memory.valid_to_time >= %(since)s
        or memory.refresh_time >= %(since)s
    )
order by memory.memory_id
