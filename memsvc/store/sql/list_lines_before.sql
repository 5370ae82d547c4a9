-- What was said right before a message, oldest first: what "it" and "there" stand for.
select
    line.author,
    line.role,
    line.content
from (
    select
        memory.author,
        memory.role,
        memory.content,
        memory.place
    from memory
    where memory.tenant_id = %(tenant_id)s
        and memory.user_id = %(user_id)s
        and memory.place < (
            select said.place
            from memory as said
            where said.tenant_id = %(tenant_id)s and said.memory_id = %(memory_id)s
        )
        and memory.conversation_id = %(conversation_id)s
        and memory.kind = 2
    order by memory.place desc
    limit %(limit)s
) as line
order by line.place
