-- Facts were compared with the others, as they were then.
update memory
set unmatched = false
from unnest(%(memory_ids)s::uuid[], %(versions)s::integer[]) as item (memory_id, version)
where memory.tenant_id = %(tenant_id)s
    and memory.memory_id = item.memory_id
    and memory.version = item.version
