select
    -- include part_fact_columns
from memory
where memory.tenant_id = %(tenant_id)s
    and memory.memory_id = any(%(memory_ids)s)
    and memory.kind = 1
order by memory.memory_id
