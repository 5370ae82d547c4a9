-- What is put aside, newest first; the page before ended with (after_withhold_time, after_id).
select
    -- include part_memory_columns
    ,
    withheld_memory.reason as withhold_reason,
    withheld_memory.withhold_time,
    withheld_memory.purge_time
from withheld_memory
cross join lateral jsonb_populate_record(null::memory, withheld_memory.record) as memory
where withheld_memory.tenant_id = %(tenant_id)s
    and withheld_memory.state = %(state)s
    and (%(user_id)s::text is null or withheld_memory.user_id = %(user_id)s)
    and (
        %(after_withhold_time)s::timestamptz is null
        or (withheld_memory.withhold_time, withheld_memory.memory_id)
        < (%(after_withhold_time)s, %(after_id)s::uuid)
    )
order by withheld_memory.withhold_time desc, withheld_memory.memory_id desc
limit %(limit)s
