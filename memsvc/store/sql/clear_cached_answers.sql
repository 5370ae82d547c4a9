delete from response_cache
where response_cache.tenant_id = %(tenant_id)s
    and (%(user_id)s = '' or response_cache.user_id = %(user_id)s)
returning true as cleared
