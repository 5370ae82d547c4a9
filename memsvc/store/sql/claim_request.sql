-- One caller gets a row back and does the work; the others wait for its commit and get none.
-- A row whose time is over counts as absent.
insert into idempotency (
    tenant_id, rpc, request_id, user_id, fingerprint, create_time, expire_time
)
values (
    %(tenant_id)s, %(rpc)s, %(request_id)s, %(user_id)s, %(fingerprint)s,
    %(now)s, %(now)s::timestamptz + make_interval(hours => 48)
)
on conflict (tenant_id, rpc, request_id) do update set
    user_id = excluded.user_id,
    fingerprint = excluded.fingerprint,
    response = null,
    create_time = excluded.create_time,
    expire_time = excluded.expire_time
where idempotency.expire_time <= %(now)s
returning true as claimed
