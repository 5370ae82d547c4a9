-- No row comes back for a refresh token that was used before.
update account_session
set refresh_count = account_session.refresh_count + 1, expire_time = %(expire_time)s
where account_session.tenant_id = %(tenant_id)s
    and account_session.session_id = %(session_id)s
    and account_session.refresh_count = %(refresh_count)s
    and account_session.end_time is null
    and account_session.expire_time > %(now)s
returning account_session.account_id
