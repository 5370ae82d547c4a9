update memory
set
    content = %(content)s,
    author = %(author)s,
    category = %(category)s,
    slot = %(slot)s,
    tags = %(tags)s,
    metadata = %(metadata)s::jsonb,
    importance = %(importance)s,
    confidence = %(confidence)s,
    pinned = %(pinned)s,
    expire_time = %(expire_time)s,
    project_id = %(project_id)s,
    agent_id = %(agent_id)s,
    flags = %(flags)s,
    flagged = %(flagged)s,
    source_flags = case
        when memory.kind = 1 and memory.content <> %(content)s
            then array_fill(
                array_to_string(%(flags)s::text[], ','),
                array[cardinality(memory.source_message_ids)]
            )
        else memory.source_flags
    end,
    presence = coalesce(%(presence)s::sparsevec, memory.presence),
    weights = coalesce(%(weights)s::sparsevec, memory.weights),
    unmatched = memory.unmatched or (memory.kind = 1 and memory.content <> %(content)s),
    update_time = %(now)s,
    version = memory.version + 1
where memory.tenant_id = %(tenant_id)s
    and memory.memory_id = %(memory_id)s
returning
    -- include part_memory_columns
