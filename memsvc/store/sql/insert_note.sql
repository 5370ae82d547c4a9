insert into memory (
    tenant_id, memory_id, user_id, kind, content, category, slot, confidence, importance, pinned,
    tags, metadata, conversation_id, project_id, agent_id, expire_time, source_class, flags, flagged,
    valid_from_time, create_time, update_time, refresh_time, presence, weights
)
values (
    %(tenant_id)s, %(memory_id)s, %(user_id)s, 3, %(content)s, %(category)s, %(slot)s,
    %(confidence)s, %(importance)s, %(pinned)s, %(tags)s, %(metadata)s::jsonb,
    %(conversation_id)s, %(project_id)s, %(agent_id)s, %(expire_time)s,
    %(source_class)s, %(flags)s, %(flagged)s,
    %(now)s, %(now)s, %(now)s, %(now)s, %(presence)s::sparsevec, %(weights)s::sparsevec
)
returning
    -- include part_memory_columns
