-- Across tenants, by a policy of its own: invitations whose time is over, a batch at a time.
delete from invitation
where invitation.ctid = any(array(
    select expired.ctid
    from invitation as expired
    where expired.expire_time < %(now)s
    limit %(limit)s
))
returning true as swept
