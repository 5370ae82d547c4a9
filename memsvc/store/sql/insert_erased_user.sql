insert into erased_user (tenant_id, user_hash, pending_user_id, erase_time, audit_sequence)
values (
    %(tenant_id)s, user_hash(%(tenant_id)s, %(user_id)s), %(user_id)s, %(now)s, %(audit_sequence)s
)
