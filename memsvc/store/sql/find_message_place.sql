-- Where a message stands in its conversation, even if it is put aside.
select memory.place
from memory
where memory.tenant_id = %(tenant_id)s
    and memory.user_id = %(user_id)s
    and memory.message_id = %(message_id)s
    and memory.conversation_id = %(conversation_id)s
    and (memory.expire_time is null or memory.expire_time > %(now)s)
union all
select (withheld_memory.record ->> 'place')::bigint as place
from withheld_memory
where withheld_memory.tenant_id = %(tenant_id)s
    and withheld_memory.user_id = %(user_id)s
    and withheld_memory.message_id = %(message_id)s
    and withheld_memory.conversation_id = %(conversation_id)s
