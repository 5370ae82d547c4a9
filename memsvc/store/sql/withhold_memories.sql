-- Moves memories aside, whole; their vectors, terms and places in queues go with them. One whose message is
-- put aside already is a duplicate, and goes.
with gone as (
    delete from memory
    where memory.tenant_id = %(tenant_id)s
        and memory.memory_id = any(%(memory_ids)s::uuid[])
        and (%(user_id)s::text is null or memory.user_id = %(user_id)s)
    returning
        memory.memory_id,
        memory.user_id,
        memory.message_id,
        memory.conversation_id,
        to_jsonb(memory) - 'words' as record
)

insert into withheld_memory (
    tenant_id, memory_id, user_id, message_id, conversation_id, state, reason, record,
    withhold_time, purge_time
)
select
    %(tenant_id)s, gone.memory_id, gone.user_id, gone.message_id, gone.conversation_id,
    %(state)s, %(reason)s, gone.record, %(now)s, %(purge_time)s
from gone
on conflict do nothing
returning withheld_memory.memory_id, withheld_memory.user_id, withheld_memory.message_id
