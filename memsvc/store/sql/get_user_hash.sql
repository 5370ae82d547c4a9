select user_hash(%(tenant_id)s, %(user_id)s) as user_hash
