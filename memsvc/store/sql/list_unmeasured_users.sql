select
    memory_count.tenant_id,
    memory_count.user_id
from memory_count
where not memory_count.measured
limit %(limit)s
