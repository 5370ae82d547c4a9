insert into memory (
    tenant_id, memory_id, user_id, kind, content, category, slot, value, value_key, temporal_state, ends,
    exclusive, contested, confidence, stated_confidence, importance, role, author,
    source_message_ids, source_times, source_roles, source_confidences,
    source_classes, source_flags, source_class, flags, flagged,
    conversation_id, project_id, agent_id, valid_from_time, valid_to_time, superseded_by,
    superseded_time, create_time, update_time, refresh_time, presence, weights, unmatched
)
values (
    %(tenant_id)s, %(memory_id)s, %(user_id)s, 1, %(content)s, %(category)s, %(slot)s, %(value)s,
    %(value_key)s, %(temporal_state)s, %(ends)s, %(exclusive)s, %(contested)s, %(stated_confidence)s,
    %(stated_confidence)s, %(importance)s, %(role)s, %(author)s,
    %(source_message_ids)s, %(source_times)s, %(source_roles)s, %(source_confidences)s,
    %(source_classes)s, %(source_flags)s, %(source_class)s, %(flags)s, %(flagged)s,
    %(conversation_id)s, %(project_id)s, %(agent_id)s, %(valid_from_time)s, %(valid_to_time)s,
    %(superseded_by)s, %(superseded_time)s, %(now)s, %(now)s, %(refresh_time)s,
    %(presence)s::sparsevec, %(weights)s::sparsevec, %(unmatched)s
)
