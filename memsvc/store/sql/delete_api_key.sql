delete from api_key
where api_key.tenant_id = %(tenant_id)s
    and api_key.key_id = %(key_id)s
