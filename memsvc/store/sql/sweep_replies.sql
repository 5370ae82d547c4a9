-- Across tenants, by a policy of its own: replies whose time is over, a batch at a time.
delete from idempotency
where idempotency.ctid = any(array(
    select expired.ctid
    from idempotency as expired
    where expired.expire_time < %(now)s
    limit %(limit)s
))
returning true as swept
