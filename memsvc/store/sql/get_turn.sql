-- Reads a turn without taking it up.
select
    idempotency.turn_id,
    idempotency.attempt,
    idempotency.fingerprint,
    idempotency.response
from idempotency
where idempotency.tenant_id = %(tenant_id)s
    and idempotency.rpc = %(rpc)s
    and idempotency.request_id = %(request_id)s
    and idempotency.turn_id is not null
    and idempotency.expire_time > %(now)s
