insert into invitation (
    tenant_id, invitation_id, role, user_id, create_time, created_by, expire_time
)
values (
    %(tenant_id)s, %(invitation_id)s, %(role)s, %(user_id)s, %(now)s, %(created_by)s, %(expire_time)s
)
