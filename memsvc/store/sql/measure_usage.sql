select
    coalesce(sum(memory_count.stored), 0)::bigint as memories,
    coalesce(sum(memory_count.bytes), 0)::bigint as bytes
from memory_count
where memory_count.tenant_id = %(tenant_id)s
