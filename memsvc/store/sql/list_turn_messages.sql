-- The messages of a turn by their ids, even if they are put aside: their places are taken.
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
union all
select
    withheld_memory.message_id,
    (withheld_memory.record ->> 'role')::smallint as role,
    withheld_memory.record ->> 'content' as content,
    withheld_memory.record ->> 'author' as author,
    withheld_memory.record ->> 'agent_id' as agent_id,
    (withheld_memory.record ->> 'interrupted')::boolean as interrupted
from withheld_memory
where withheld_memory.tenant_id = %(tenant_id)s
    and withheld_memory.user_id = %(user_id)s
    and withheld_memory.message_id = any(%(message_ids)s)
