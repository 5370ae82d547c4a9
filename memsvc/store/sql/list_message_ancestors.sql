-- What a message answers, step by step, within its conversation. Who answers whom is the callers' word: it may go in
-- circles, and each message is named once.
with recursive step as (
    select
        said.place,
        said.parent_message_id,
        said.message_id,
        0 as depth,
        array[said.message_id] as seen
    from memory as said
    where said.tenant_id = %(tenant_id)s
        and said.user_id = %(user_id)s
        and said.message_id = %(message_id)s
    union all
    select
        above.place,
        above.parent_message_id,
        above.message_id,
        step.depth + 1,
        step.seen || above.message_id
    from step
    inner join memory as above
        on above.tenant_id = %(tenant_id)s
        and above.user_id = %(user_id)s
        and above.message_id = step.parent_message_id
        and above.place / 16777216 = step.place / 16777216
    where step.parent_message_id <> ''
        and step.depth < %(max_depth)s
        and above.message_id <> all(step.seen)
        and (above.expire_time is null or above.expire_time > %(now)s)
)

select
    step.depth,
    -- include part_memory_columns
from step
inner join memory
    on memory.tenant_id = %(tenant_id)s
    and memory.user_id = %(user_id)s
    and memory.message_id = step.message_id
where step.depth > 0
order by step.depth
limit %(limit)s
