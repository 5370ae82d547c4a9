-- Messages get the places that their conversation has here. Where others have them already, those that come stand
-- after the last one in their own order; whoever speaks next stands after all of them.
with record as materialized (
    select
        record.*,
        conversation.number,
        conversation.message_count
    from jsonb_populate_recordset(null::memory, %(records)s::jsonb) as record
    left join conversation
        on conversation.tenant_id = %(tenant_id)s
        and conversation.user_id = %(user_id)s
        and conversation.conversation_id = record.conversation_id
),

new_message as (
    select
        record.memory_id,
        record.conversation_id,
        record.number,
        record.message_count,
        record.place as position,
        row_number() over (
            partition by record.conversation_id order by record.place, record.memory_id
        ) - 1 as ordinal,
        count(*) over (partition by record.conversation_id, record.place) > 1
        or exists (
            select
            from memory
            where memory.tenant_id = %(tenant_id)s
                and memory.user_id = %(user_id)s
                and memory.place = record.number * 16777216 + record.place
        ) as taken
    from record
    where record.number is not null
        and record.message_id is not null
        and not exists (
            select
            from memory
            where memory.tenant_id = %(tenant_id)s
                and memory.user_id = %(user_id)s
                and memory.message_id = record.message_id
        )
),

placed as (
    select
        new_message.memory_id,
        new_message.conversation_id,
        new_message.number,
        case
            when bool_or(new_message.taken) over (partition by new_message.conversation_id)
                then new_message.message_count + new_message.ordinal
            else new_message.position
        end as position
    from new_message
),

conversation_end as (
    update conversation
    set message_count = greatest(conversation.message_count, last.position + 1)
    from (
        select
            placed.conversation_id,
            max(placed.position) as position
        from placed
        group by placed.conversation_id
    ) as last
    where conversation.tenant_id = %(tenant_id)s
        and conversation.user_id = %(user_id)s
        and conversation.conversation_id = last.conversation_id
        and conversation.message_count <= last.position
)

insert into memory (
    tenant_id, memory_id, user_id, kind, content, category, slot, temporal_state, confidence,
    importance, pinned, essential, tags, metadata, source_message_ids, conversation_id, project_id,
    agent_id, valid_from_time, valid_to_time, superseded_by, superseded_time, create_time,
    update_time, refresh_time, last_access_time, access_count, expire_time, version, message_id,
    role, author, parent_message_id, presence, weights, place, value, value_key, exclusive, ends,
    contested, source_times, source_roles, source_confidences, stated_confidence, unmatched,
    fully_drawn, source_class, flags, flagged, source_classes, source_flags, interrupted
)
select
    %(tenant_id)s, record.memory_id, %(user_id)s, record.kind, record.content, record.category,
    record.slot, record.temporal_state, record.confidence, record.importance, record.pinned,
    record.essential, record.tags, record.metadata, record.source_message_ids,
    record.conversation_id, record.project_id, record.agent_id, record.valid_from_time,
    record.valid_to_time, record.superseded_by, record.superseded_time, record.create_time,
    record.update_time, record.refresh_time, record.last_access_time, record.access_count,
    record.expire_time, record.version, record.message_id, record.role, record.author,
    record.parent_message_id, record.presence, record.weights,
    placed.number * 16777216 + placed.position, record.value, record.value_key, record.exclusive,
    record.ends, record.contested, record.source_times, record.source_roles,
    record.source_confidences, record.stated_confidence, record.unmatched, record.fully_drawn,
    record.source_class, record.flags, record.flagged, record.source_classes, record.source_flags,
    coalesce(record.interrupted, false)
from record
left join placed on placed.memory_id = record.memory_id
order by record.create_time, record.memory_id
on conflict do nothing
returning memory.memory_id
