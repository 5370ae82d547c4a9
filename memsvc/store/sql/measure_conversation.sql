-- How much each role said in a conversation.
select
    memory.role,
    count(*) as message_count,
    sum(memory.importance)::double precision as importance,
    min(memory.valid_from_time) as first_time,
    max(memory.valid_from_time) as last_time,
    sum(char_length(memory.content)) as characters
from memory
where memory.tenant_id = %(tenant_id)s
    and memory.user_id = %(user_id)s
    and memory.conversation_id = %(conversation_id)s
    and memory.kind = 2
    and (memory.expire_time is null or memory.expire_time > %(now)s)
group by memory.role
order by memory.role
