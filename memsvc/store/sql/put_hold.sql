insert into retention_hold (tenant_id, user_id, reason, create_time)
values (%(tenant_id)s, %(user_id)s, %(reason)s, %(now)s)
on conflict (tenant_id, user_id) do update set reason = excluded.reason
returning retention_hold.user_id, retention_hold.reason, retention_hold.create_time
