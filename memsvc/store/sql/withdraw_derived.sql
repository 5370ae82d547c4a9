-- Messages are gone, or say something else now. What rested on them alone goes with them; what rests
-- on others as well stays and no longer names them.
with message as (
    select
        item.user_id,
        array_agg(item.message_id) as message_ids
    from unnest(%(user_ids)s::text[], %(message_ids)s::text[]) as item (user_id, message_id)
    group by item.user_id
),

orphaned as (
    delete from memory
    using message
    where memory.tenant_id = %(tenant_id)s
        and memory.user_id = message.user_id
        and memory.kind <> 2
        and memory.source_message_ids && message.message_ids
        and memory.source_message_ids <@ message.message_ids
)

update memory
set
    source_message_ids = array(
        select source.message_id
        from unnest(memory.source_message_ids) with ordinality as source (message_id, place)
        where not source.message_id = any(message.message_ids)
        order by source.place
    ),
    version = memory.version + 1
from message
where memory.tenant_id = %(tenant_id)s
    and memory.user_id = message.user_id
    and memory.kind <> 2
    and memory.source_message_ids && message.message_ids
    and not memory.source_message_ids <@ message.message_ids
