-- Whose a session is that goes on.
select
    -- include part_account_columns
from account_session
inner join account
    on account.tenant_id = %(tenant_id)s
    and account.account_id = account_session.account_id
where account_session.tenant_id = %(tenant_id)s
    and account_session.session_id = %(session_id)s
    and account_session.end_time is null
    and account_session.expire_time > %(now)s
