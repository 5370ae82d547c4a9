-- What was said last in a conversation, newest first, as far as it fits into a number of characters.
select
    line.message_id,
    line.role,
    line.content,
    line.author,
    line.agent_id,
    line.interrupted
from (
    select
        last_one.message_id,
        last_one.role,
        last_one.content,
        last_one.author,
        last_one.agent_id,
        last_one.interrupted,
        last_one.place,
        sum(length(last_one.content)) over (order by last_one.place desc) as characters
    from (
        select
            memory.message_id,
            memory.role,
            memory.content,
            memory.author,
            memory.agent_id,
            memory.interrupted,
            memory.place
        from memory
        where memory.tenant_id = %(tenant_id)s
            and memory.user_id = %(user_id)s
            and coalesce(memory.conversation_id, '') = %(conversation_id)s
            and memory.kind = 2
            and memory.place >= (
                select conversation.number * 16777216
                from conversation
                where conversation.tenant_id = %(tenant_id)s
                    and conversation.user_id = %(user_id)s
                    and conversation.conversation_id = %(conversation_id)s
            )
            and memory.place < (
                select (conversation.number + 1) * 16777216
                from conversation
                where conversation.tenant_id = %(tenant_id)s
                    and conversation.user_id = %(user_id)s
                    and conversation.conversation_id = %(conversation_id)s
            )
        order by memory.place desc
        limit %(limit)s
    ) as last_one
) as line
where line.characters <= %(characters_max)s
order by line.place desc
