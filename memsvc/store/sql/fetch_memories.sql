select
    -- include part_memory_columns
from memory
where memory.tenant_id = %(tenant_id)s
    and memory.memory_id = any(%(memory_ids)s::uuid[])
