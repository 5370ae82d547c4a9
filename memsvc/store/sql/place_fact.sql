-- Where a fact stands now among the others of its slot. Said again, it is as sure as it was.
update memory
set
    value_key = %(value_key)s,
    exclusive = %(exclusive)s,
    contested = %(contested)s,
    stated_confidence = %(stated_confidence)s,
    confidence = case
        when memory.refresh_time <> %(refresh_time)s or memory.stated_confidence <> %(stated_confidence)s
            then %(stated_confidence)s
        else memory.confidence
    end,
    role = %(role)s,
    source_message_ids = %(source_message_ids)s,
    source_times = %(source_times)s,
    source_roles = %(source_roles)s,
    source_confidences = %(source_confidences)s,
    source_classes = %(source_classes)s,
    source_flags = %(source_flags)s,
    source_class = %(source_class)s,
    flags = %(flags)s,
    flagged = %(flagged)s,
    valid_from_time = %(valid_from_time)s,
    valid_to_time = %(valid_to_time)s,
    superseded_by = %(superseded_by)s,
    superseded_time = %(superseded_time)s,
    essential = memory.essential and %(superseded_by)s::uuid is null and not %(flagged)s,
    refresh_time = %(refresh_time)s,
    update_time = %(now)s,
    version = memory.version + 1
where memory.tenant_id = %(tenant_id)s
    and memory.memory_id = %(memory_id)s
