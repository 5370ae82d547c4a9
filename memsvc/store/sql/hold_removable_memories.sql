-- Of memories that a rule matched: those that may still go. One that somebody changes is left for the next
-- time.
select memory.memory_id
from memory
where memory.tenant_id = %(tenant_id)s
    and memory.memory_id = any(%(memory_ids)s)
    and not memory.pinned
    and not memory.essential
    and not exists (
        select
        from retention_hold
        where retention_hold.tenant_id = %(tenant_id)s
            and retention_hold.user_id = memory.user_id
    )
for update skip locked
