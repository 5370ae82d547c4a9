select
    idempotency.fingerprint,
    idempotency.response
from idempotency
where idempotency.tenant_id = %(tenant_id)s
    and idempotency.rpc = %(rpc)s
    and idempotency.request_id = %(request_id)s
    and idempotency.expire_time > %(now)s
