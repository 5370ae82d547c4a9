-- The memory as it is, held until the end of the transaction.
select
    -- include part_memory_columns
from memory
where memory.tenant_id = %(tenant_id)s
    and memory.memory_id = %(memory_id)s
    and (%(user_id)s::text is null or memory.user_id = %(user_id)s)
    and (memory.expire_time is null or memory.expire_time > %(now)s)
for update
