    and memory.user_id = %(user_id)s
    -- Read by their places: this comparison is one that no index can be asked for, so that none is that would
    -- have to be sorted.
    and coalesce(memory.conversation_id, '') = %(conversation_id)s
    and memory.kind = 2
    and memory.place > coalesce(%(after_place)s::bigint, %(number)s::bigint * 16777216 - 1)
    and memory.place < coalesce(%(before_place)s::bigint, (%(number)s::bigint + 1) * 16777216)
    and (memory.expire_time is null or memory.expire_time > %(now)s)
    and (%(roles)s::smallint[] is null or memory.role = any(%(roles)s))
    and (
        %(parent_message_id)s::text is null
        or memory.parent_message_id = %(parent_message_id)s
    )
