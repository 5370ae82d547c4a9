-- Across tenants, seen by a policy of its own; ids only. Those that have, or had, memories.
select distinct memory_count.tenant_id
from memory_count
order by memory_count.tenant_id
