-- Across tenants, by a policy of its own: answers whose time is over, a batch at a time.
delete from response_cache
where response_cache.ctid = any(array(
    select expired.ctid
    from response_cache as expired
    where expired.expire_time < %(now)s
    limit %(limit)s
))
returning true as swept
