-- All messages of a conversation from a place on, those that are put aside included.
select
    memory.memory_id,
    memory.message_id
from memory
where memory.tenant_id = %(tenant_id)s
    and memory.user_id = %(user_id)s
    and memory.conversation_id = %(conversation_id)s
    and memory.kind = 2
    and (%(from_place)s::bigint is null or memory.place >= %(from_place)s)
union all
select
    withheld_memory.memory_id,
    withheld_memory.message_id
from withheld_memory
where withheld_memory.tenant_id = %(tenant_id)s
    and withheld_memory.user_id = %(user_id)s
    and withheld_memory.conversation_id = %(conversation_id)s
    and withheld_memory.message_id is not null
    and (
        %(from_place)s::bigint is null
        or (withheld_memory.record ->> 'place')::bigint >= %(from_place)s
    )
