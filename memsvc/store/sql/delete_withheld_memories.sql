-- Deletes what is put aside, by what is given of memory, user, conversation and state.
delete from withheld_memory
where withheld_memory.tenant_id = %(tenant_id)s
    and (
        %(memory_ids)s::uuid[] is null or withheld_memory.memory_id = any(%(memory_ids)s::uuid[])
    )
    and (%(user_id)s::text is null or withheld_memory.user_id = %(user_id)s)
    and (
        %(conversation_id)s::text is null
        or withheld_memory.conversation_id = %(conversation_id)s
    )
    and (%(state)s::smallint is null or withheld_memory.state = %(state)s)
returning withheld_memory.memory_id, withheld_memory.user_id, withheld_memory.message_id
