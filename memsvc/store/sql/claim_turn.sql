-- Takes up a turn: begins it, or raises the attempt of one that was begun. A row whose time is over counts as
-- absent. Who finds another fingerprint, or a response, rolls back or only reads.
insert into idempotency (
    tenant_id, rpc, request_id, user_id, fingerprint, turn_id, attempt, create_time, expire_time
)
values (
    %(tenant_id)s, %(rpc)s, %(request_id)s, %(user_id)s, %(fingerprint)s, %(turn_id)s, 1,
    %(now)s, %(now)s::timestamptz + make_interval(hours => 48)
)
on conflict (tenant_id, rpc, request_id) do update set
    attempt = case when idempotency.expire_time <= %(now)s then 1 else idempotency.attempt + 1 end,
    user_id = case
        when idempotency.expire_time <= %(now)s then excluded.user_id else idempotency.user_id
    end,
    fingerprint = case
        when idempotency.expire_time <= %(now)s then excluded.fingerprint else idempotency.fingerprint
    end,
    turn_id = case
        when idempotency.expire_time <= %(now)s then excluded.turn_id else idempotency.turn_id
    end,
    response = case when idempotency.expire_time > %(now)s then idempotency.response end,
    create_time = case
        when idempotency.expire_time <= %(now)s then excluded.create_time else idempotency.create_time
    end,
    expire_time = greatest(idempotency.expire_time, excluded.expire_time)
returning
    idempotency.turn_id,
    idempotency.attempt,
    idempotency.fingerprint,
    idempotency.response
