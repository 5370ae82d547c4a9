-- The conversations of memories that are put aside, in case they are gone meanwhile.
insert into conversation (
    tenant_id, user_id, conversation_id, project_id, agent_id, create_time, update_time
)
select distinct
    %(tenant_id)s, withheld_memory.user_id, withheld_memory.conversation_id,
    '', '', %(now)s::timestamptz, %(now)s::timestamptz
from withheld_memory
where withheld_memory.tenant_id = %(tenant_id)s
    and withheld_memory.memory_id = any(%(memory_ids)s::uuid[])
    and withheld_memory.conversation_id is not null
    and (%(user_id)s::text is null or withheld_memory.user_id = %(user_id)s)
    and withheld_memory.state = %(state)s
on conflict (tenant_id, user_id, conversation_id) do nothing
