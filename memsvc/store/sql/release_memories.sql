-- Moves memories back as they were. What somebody else has taken meanwhile is given up: the place in a
-- conversation that was begun anew, and the one present value of a slot, which the caller settles.
with released as (
    delete from withheld_memory
    where withheld_memory.tenant_id = %(tenant_id)s
        and withheld_memory.memory_id = any(%(memory_ids)s::uuid[])
        and (%(user_id)s::text is null or withheld_memory.user_id = %(user_id)s)
        and withheld_memory.state = %(state)s
    returning withheld_memory.record
)

insert into memory (
    tenant_id, memory_id, user_id, kind, content, category, slot, temporal_state, confidence, importance,
    pinned, essential, tags, metadata, source_message_ids, conversation_id, project_id, agent_id,
    valid_from_time, valid_to_time, superseded_by, superseded_time, create_time, update_time,
    refresh_time, last_access_time, access_count, expire_time, version, message_id, role, author,
    parent_message_id, sequence, presence, weights, place, value, value_key, exclusive, ends, contested,
    source_times, source_roles, source_confidences, stated_confidence, unmatched, fully_drawn,
    source_class, flags, flagged, source_classes, source_flags, interrupted
)
overriding system value
select
    %(tenant_id)s, kept.memory_id, kept.user_id, kept.kind, kept.content, kept.category, kept.slot,
    kept.temporal_state, kept.confidence, kept.importance, kept.pinned, kept.essential, kept.tags,
    kept.metadata, kept.source_message_ids, kept.conversation_id, kept.project_id, kept.agent_id,
    kept.valid_from_time, kept.valid_to_time, kept.superseded_by, kept.superseded_time,
    kept.create_time, kept.update_time, kept.refresh_time, kept.last_access_time, kept.access_count,
    kept.expire_time, kept.version, kept.message_id, kept.role, kept.author, kept.parent_message_id,
    kept.sequence, kept.presence, kept.weights,
    case
        when not exists (
            select
            from memory
            where memory.tenant_id = %(tenant_id)s
                and memory.user_id = kept.user_id
                and memory.place = kept.place
        ) then kept.place
    end,
    kept.value, kept.value_key,
    kept.exclusive and not exists (
        select
        from memory
        where memory.tenant_id = %(tenant_id)s
            and memory.user_id = kept.user_id
            and memory.slot = kept.slot
            and memory.author = kept.author
            and memory.exclusive
            and memory.superseded_time is null
    ),
    kept.ends, kept.contested, kept.source_times, kept.source_roles, kept.source_confidences,
    kept.stated_confidence, kept.unmatched, kept.fully_drawn, kept.source_class, kept.flags,
    kept.flagged, kept.source_classes, kept.source_flags,
    -- What was put aside before there was the column does not have it.
    coalesce(kept.interrupted, false)
from released
cross join lateral jsonb_populate_record(null::memory, released.record) as kept
order by kept.sequence
on conflict do nothing
returning
    -- include part_memory_columns
