-- Those whose time is over first, beyond so many of a tenant, a batch at a time.
delete from response_cache
where response_cache.tenant_id = %(tenant_id)s
    and response_cache.ctid = any(array(
        select surplus.ctid
        from response_cache as surplus
        where surplus.tenant_id = %(tenant_id)s
        order by surplus.expire_time desc
        offset %(answers_max)s
        limit %(limit)s
    ))
returning true as trimmed
