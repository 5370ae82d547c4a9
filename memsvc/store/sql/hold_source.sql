-- The message that facts are drawn from, as it is: nobody changes or deletes it until the commit.
select memory.version
from memory
where memory.tenant_id = %(tenant_id)s
    and memory.memory_id = %(memory_id)s
for share
