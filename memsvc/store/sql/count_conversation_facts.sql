-- Facts that hold and were first drawn from a conversation.
select count(*) as facts
from memory
where memory.tenant_id = %(tenant_id)s
    and memory.user_id = %(user_id)s
    and memory.conversation_id = %(conversation_id)s
    and memory.kind = 1
    and memory.superseded_time is null
    and not memory.contested
    and (memory.expire_time is null or memory.expire_time > %(now)s)
