-- Stores messages; the ones whose message_id the user already has are left as they are and not
-- returned. Each new one stands after the last of its conversation, whose row the transaction holds.
with item as materialized (
    select item.*
    from unnest(
        %(memory_ids)s::uuid[], %(contents)s::text[], %(importances)s::real[],
        %(metadata)s::jsonb[], %(event_times)s::timestamptz[], %(message_ids)s::text[],
        %(roles)s::smallint[], %(authors)s::text[], %(parent_message_ids)s::text[],
        %(presences)s::text[], %(weights)s::text[], %(source_classes)s::smallint[],
        %(flags)s::text[], %(flagged)s::boolean[],
        %(interrupted)s::boolean[]
    ) with ordinality as item (
        memory_id, content, importance, metadata, event_time, message_id, role, author,
        parent_message_id, presence, weights, source_class, flags, flagged,
        interrupted, ordinal
    )
    where not exists (
        select
        from memory
        where memory.tenant_id = %(tenant_id)s
            and memory.user_id = %(user_id)s
            and memory.message_id = item.message_id
    )
    -- What is put aside is there all the same.
    and not exists (
        select
        from withheld_memory
        where withheld_memory.tenant_id = %(tenant_id)s
            and withheld_memory.user_id = %(user_id)s
            and withheld_memory.message_id = item.message_id
    )
),

conversation_end as (
    update conversation
    set message_count = conversation.message_count + (select count(*) from item)
    where conversation.tenant_id = %(tenant_id)s
        and conversation.user_id = %(user_id)s
        and conversation.conversation_id = %(conversation_id)s
    returning conversation.number * 16777216 + conversation.message_count as place
)

insert into memory (
    tenant_id, memory_id, user_id, kind, content, confidence, importance, metadata,
    source_message_ids, conversation_id, project_id, agent_id,
    valid_from_time, create_time, update_time, refresh_time,
    message_id, role, author, parent_message_id, place, presence, weights,
    source_class, flags, flagged, interrupted
)
select
    %(tenant_id)s, item.memory_id, %(user_id)s, 2, item.content, 1, item.importance, item.metadata,
    array[item.message_id], %(conversation_id)s, %(project_id)s, %(agent_id)s,
    item.event_time, %(now)s, %(now)s, item.event_time,
    item.message_id, item.role, item.author, item.parent_message_id,
    conversation_end.place - row_number() over (order by item.ordinal desc),
    item.presence::sparsevec, item.weights::sparsevec,
    item.source_class, string_to_array(item.flags, ','), item.flagged,
    item.interrupted
from item
cross join conversation_end
order by item.ordinal
on conflict (tenant_id, user_id, message_id) where message_id is not null do nothing
returning memory.memory_id
