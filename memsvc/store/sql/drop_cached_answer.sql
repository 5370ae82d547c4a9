delete from response_cache
where response_cache.tenant_id = %(tenant_id)s
    and response_cache.user_id = %(user_id)s
    and response_cache.key = %(key)s
returning true as dropped
