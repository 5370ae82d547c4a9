-- Which of these messages of a user are put aside.
select withheld_memory.message_id
from withheld_memory
where withheld_memory.tenant_id = %(tenant_id)s
    and withheld_memory.user_id = %(user_id)s
    and withheld_memory.message_id = any(%(message_ids)s)
    and withheld_memory.state = %(state)s
