-- What an earlier attempt left of an answer makes room for the whole one, even if it is put aside.
with put_aside as (
    delete from withheld_memory
    where withheld_memory.tenant_id = %(tenant_id)s
        and withheld_memory.user_id = %(user_id)s
        and withheld_memory.message_id = %(message_id)s
        and (withheld_memory.record ->> 'interrupted')::boolean
)

delete from memory
where memory.tenant_id = %(tenant_id)s
    and memory.user_id = %(user_id)s
    and memory.message_id = %(message_id)s
    and memory.interrupted
