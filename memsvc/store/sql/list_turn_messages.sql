-- The messages of a turn that are there.
select
    memory.message_id,
    memory.role,
    memory.content,
    memory.author,
    memory.agent_id,
    memory.interrupted
from memory
where memory.tenant_id = %(tenant_id)s
    and memory.user_id = %(user_id)s
    and memory.message_id = any(%(message_ids)s)
