-- Null for an end that is not set.
update api_key
set expire_time = %(expire_time)s, revoke_time = %(revoke_time)s
where api_key.tenant_id = %(tenant_id)s
    and api_key.key_id = %(key_id)s
