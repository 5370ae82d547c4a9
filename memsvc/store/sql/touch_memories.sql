-- Recalled: how often, and when last. One that is being changed right now is left out.
update memory
set
    access_count = memory.access_count + held.times,
    last_access_time = greatest(memory.last_access_time, held.access_time)
from (
    select
        memory.memory_id,
        item.times,
        item.access_time
    from unnest(%(memory_ids)s::uuid[], %(times)s::integer[], %(access_times)s::timestamptz[])
        as item (memory_id, times, access_time)
    inner join memory
        on memory.tenant_id = %(tenant_id)s
        and memory.memory_id = item.memory_id
    order by memory.memory_id
    for no key update of memory skip locked
) as held
where memory.tenant_id = %(tenant_id)s
    and memory.memory_id = held.memory_id
