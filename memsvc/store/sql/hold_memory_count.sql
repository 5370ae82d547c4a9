-- Those who write memories of the user wait meanwhile.
select memory_count.measured
from memory_count
where memory_count.tenant_id = %(tenant_id)s
    and memory_count.user_id = %(user_id)s
for update
