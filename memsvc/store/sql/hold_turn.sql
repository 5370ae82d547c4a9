-- Holds a turn until the transaction ends, unless somebody else has taken it up.
select true as held
from idempotency
where idempotency.tenant_id = %(tenant_id)s
    and idempotency.rpc = %(rpc)s
    and idempotency.request_id = %(request_id)s
    and idempotency.attempt = %(attempt)s
    and idempotency.response is null
for update
