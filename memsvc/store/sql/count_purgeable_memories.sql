select count(*) as memories
from withheld_memory
where withheld_memory.tenant_id = %(tenant_id)s
    and withheld_memory.purge_time < %(now)s
    and not exists (
        select
        from retention_hold
        where retention_hold.tenant_id = %(tenant_id)s
            and retention_hold.user_id = withheld_memory.user_id
    )
