-- What there is in a conversation. conversation.message_count says how many messages it ever had: it gives the
-- next one its place, so it never shrinks, lest a place be given twice. What is left of them is counted where
-- it is asked for: that costs those who store nothing, and cannot be wrong however messages went.
cross join lateral (
    select count(*) as message_count
    from memory
    where memory.tenant_id = %(tenant_id)s
        and memory.user_id = conversation.user_id
        and memory.conversation_id = conversation.conversation_id
        and memory.place >= conversation.number * 16777216
        and memory.place < (conversation.number + 1) * 16777216
        and memory.kind = 2
        and (memory.expire_time is null or memory.expire_time > %(now)s)
) as counted
left join lateral (
    select
        memory.message_id,
        memory.role,
        memory.author,
        left(memory.content, %(preview_characters)s) as text,
        memory.valid_from_time as event_time
    from memory
    where memory.tenant_id = %(tenant_id)s
        and memory.user_id = conversation.user_id
        -- As in part_message_filter: by its place.
        and coalesce(memory.conversation_id, '') = conversation.conversation_id
        and memory.place >= conversation.number * 16777216
        and memory.place < (conversation.number + 1) * 16777216
        and memory.kind = 2
        and (memory.expire_time is null or memory.expire_time > %(now)s)
    order by memory.place desc
    limit 1
) as last on true
