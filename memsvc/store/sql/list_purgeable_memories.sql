-- What has been in the archive for long enough.
select withheld_memory.memory_id
from withheld_memory
where withheld_memory.tenant_id = %(tenant_id)s
    and withheld_memory.purge_time < %(now)s
    and not exists (
        select
        from retention_hold
        where retention_hold.tenant_id = %(tenant_id)s
            and retention_hold.user_id = withheld_memory.user_id
    )
order by withheld_memory.purge_time
limit %(limit)s
