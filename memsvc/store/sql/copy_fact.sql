-- A value that came back: a fact of its own, worded as it was before.
insert into memory (
    tenant_id, memory_id, user_id, kind, content, category, slot, value, value_key, temporal_state, ends,
    exclusive, contested, confidence, stated_confidence, importance, role, author,
    source_message_ids, source_times, source_roles, source_confidences,
    source_classes, source_flags, source_class, flags, flagged,
    conversation_id, project_id, agent_id, valid_from_time, valid_to_time, superseded_by,
    superseded_time, create_time, update_time, refresh_time, presence, weights, unmatched
)
select
    memory.tenant_id, %(memory_id)s, memory.user_id, memory.kind, memory.content, memory.category,
    memory.slot, memory.value, memory.value_key, memory.temporal_state, memory.ends,
    %(exclusive)s, %(contested)s, %(stated_confidence)s, %(stated_confidence)s, memory.importance,
    %(role)s, memory.author,
    %(source_message_ids)s, %(source_times)s, %(source_roles)s, %(source_confidences)s,
    %(source_classes)s, %(source_flags)s, %(source_class)s, %(flags)s, %(flagged)s,
    memory.conversation_id, memory.project_id, memory.agent_id, %(valid_from_time)s, %(valid_to_time)s,
    %(superseded_by)s, %(superseded_time)s, %(now)s, %(now)s, %(refresh_time)s,
    memory.presence, memory.weights, memory.unmatched
from memory
where memory.tenant_id = %(tenant_id)s
    and memory.memory_id = %(template_id)s
