update account_session
set end_time = %(now)s
where account_session.tenant_id = %(tenant_id)s
    and account_session.account_id = %(account_id)s
    and account_session.session_id <> %(session_id)s
    and account_session.end_time is null
returning true as ended
