-- Messages get the places that their conversation has here.
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
    conversation.number * 16777216 + record.place, record.value, record.value_key, record.exclusive,
    record.ends, record.contested, record.source_times, record.source_roles,
    record.source_confidences, record.stated_confidence, record.unmatched, record.fully_drawn,
    record.source_class, record.flags, record.flagged, record.source_classes, record.source_flags,
    coalesce(record.interrupted, false)
from jsonb_populate_recordset(null::memory, %(records)s::jsonb) as record
left join conversation
    on conversation.tenant_id = %(tenant_id)s
    and conversation.user_id = %(user_id)s
    and conversation.conversation_id = record.conversation_id
order by record.create_time, record.memory_id
on conflict do nothing
returning memory.memory_id
