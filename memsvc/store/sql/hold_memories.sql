-- Nobody changes these memories until the end of the transaction: without it a vector of a text could
-- be stored just after the text was edited. One that is being changed is left out: waiting for it could
-- mean waiting for each other.
select memory.memory_id
from memory
where memory.tenant_id = %(tenant_id)s
    and memory.memory_id = any(%(memory_ids)s)
order by memory.memory_id
for share skip locked
