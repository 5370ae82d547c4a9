-- What answers a message, step by step, within its conversation, which is read once. Each message names one that it
-- answers, so none comes up twice but where they go in circles: depth ends those, and the first time counts.
with recursive talk as materialized (
    select
        memory.message_id,
        memory.parent_message_id,
        memory.place
    from memory
    where memory.tenant_id = %(tenant_id)s
        and memory.user_id = %(user_id)s
        and memory.place >= %(number)s::bigint * 16777216
        and memory.place < (%(number)s::bigint + 1) * 16777216
        and memory.kind = 2
        and memory.parent_message_id <> ''
        and (memory.expire_time is null or memory.expire_time > %(now)s)
),

step as (
    select
        %(message_id)s::text as message_id,
        0 as depth
    union
    select
        talk.message_id,
        step.depth + 1 as depth
    from step
    inner join talk on talk.parent_message_id = step.message_id
    where step.depth < %(max_depth)s
        and talk.message_id <> %(message_id)s
),

first as (
    select
        step.message_id,
        min(step.depth) as depth
    from step
    group by step.message_id
)

select
    first.depth,
    -- include part_memory_columns
from first
inner join memory
    on memory.tenant_id = %(tenant_id)s
    and memory.user_id = %(user_id)s
    and memory.message_id = first.message_id
where first.depth > 0
order by first.depth, memory.place
limit %(limit)s
