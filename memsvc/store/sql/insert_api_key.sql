insert into api_key (
    tenant_id, key_id, name, secret_hmac, pepper_version, scopes, user_id, create_time, created_by,
    expire_time, replaces
)
values (
    %(tenant_id)s, %(key_id)s, %(key_name)s, %(secret_hmac)s, %(pepper_version)s, %(scopes)s, %(user_id)s,
    %(create_time)s, %(created_by)s, %(expire_time)s, %(replaces)s
)
