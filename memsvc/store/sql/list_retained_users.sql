-- Users with memories, those whose memories are held left out.
select memory_count.user_id
from memory_count
where memory_count.tenant_id = %(tenant_id)s
    and (%(after)s::text is null or memory_count.user_id > %(after)s)
    and not exists (
        select
        from retention_hold
        where retention_hold.tenant_id = %(tenant_id)s
            and retention_hold.user_id = memory_count.user_id
    )
order by memory_count.user_id
limit %(limit)s
