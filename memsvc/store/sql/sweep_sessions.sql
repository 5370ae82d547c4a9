-- Across tenants, by a policy of its own: sessions whose time is over, a batch at a time.
delete from account_session
where account_session.ctid = any(array(
    select expired.ctid
    from account_session as expired
    where expired.expire_time < %(now)s
    limit %(limit)s
))
returning true as swept
