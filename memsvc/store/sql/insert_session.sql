insert into account_session (tenant_id, session_id, account_id, create_time, expire_time)
values (%(tenant_id)s, %(session_id)s, %(account_id)s, %(now)s, %(expire_time)s)
