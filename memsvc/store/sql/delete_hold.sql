delete from retention_hold
where retention_hold.tenant_id = %(tenant_id)s
    and retention_hold.user_id = %(user_id)s
returning retention_hold.user_id
