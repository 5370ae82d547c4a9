    -- Two times: as_of_time asks what was so in the world, known_time what we knew.
    and (memory.expire_time is null or memory.expire_time > %(now)s)
    and memory.create_time <= coalesce(%(known_time)s, 'infinity'::timestamptz)
    and (
        %(include_superseded)s
        or (%(include_spent_messages)s and memory.kind = 2)
        or case
            when %(as_of_time)s::timestamptz is not null
                then memory.valid_to_time is null or memory.valid_to_time > %(as_of_time)s
            else memory.superseded_time is null or memory.superseded_time > %(known_time)s
        end
    )
    and memory.valid_from_time <= coalesce(%(as_of_time)s, 'infinity'::timestamptz)
    and not (%(leave_out_flagged)s and memory.flagged)
    and (%(kinds)s::smallint[] is null or memory.kind = any(%(kinds)s))
    and (%(categories)s::text[] is null or memory.category = any(%(categories)s))
    and (%(slots)s::text[] is null or memory.slot = any(%(slots)s))
    and (%(tags_any)s::text[] is null or memory.tags && %(tags_any)s)
    and (%(tags_all)s::text[] is null or memory.tags @> %(tags_all)s)
    and (%(roles)s::smallint[] is null or memory.role = any(%(roles)s))
    and (%(conversation_ids)s::text[] is null or memory.conversation_id = any(%(conversation_ids)s))
    and (%(project_ids)s::text[] is null or memory.project_id = any(%(project_ids)s))
    and (%(agent_ids)s::text[] is null or memory.agent_id = any(%(agent_ids)s))
    and (%(start_time)s::timestamptz is null or memory.valid_from_time >= %(start_time)s)
    and (%(end_time)s::timestamptz is null or memory.valid_from_time < %(end_time)s)
    and (%(min_importance)s::real is null or memory.importance >= %(min_importance)s)
    and (%(metadata_keys)s::text[] is null or not exists (
        select
        from unnest(%(metadata_keys)s::text[], %(metadata_operators)s::smallint[], %(metadata_values)s::jsonb[])
            as condition (key, operator, value)
        where not coalesce(case condition.operator
            when 1 then memory.metadata -> condition.key = condition.value
            when 2 then memory.metadata -> condition.key is distinct from condition.value
            when 3 then memory.metadata ? condition.key
            when 4 then jsonb_typeof(memory.metadata -> condition.key) = 'number'
                and memory.metadata -> condition.key > condition.value
            when 5 then jsonb_typeof(memory.metadata -> condition.key) = 'number'
                and memory.metadata -> condition.key < condition.value
        end, false)
    ))
