-- The first statement of every transaction: what row security shows, and how long a statement may
-- take (milliseconds). All of it ends with the transaction.
select
    set_config('memsvc.tenant', %(tenant_id)s, true) as tenant_id,
    set_config('memsvc.user', %(user_id)s, true) as user_id,
    set_config('memsvc.worker', %(worker)s, true) as worker,
    set_config('memsvc.key_id', %(key_id)s, true) as key_id,
    set_config('statement_timeout', %(timeout)s, true) as timeout
