update idempotency
set
    response = %(response)s,
    user_id = %(user_id)s
where idempotency.tenant_id = %(tenant_id)s
    and idempotency.rpc = %(rpc)s
    and idempotency.request_id = %(request_id)s
