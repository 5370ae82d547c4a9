select
    retention_hold.user_id,
    retention_hold.reason,
    retention_hold.create_time
from retention_hold
where retention_hold.tenant_id = %(tenant_id)s
    and (%(user_id)s::text is null or retention_hold.user_id = %(user_id)s)
order by retention_hold.create_time, retention_hold.user_id
