-- For the length of a connection. Custom plans: a generic plan for "some user" is wrong for each. No
-- parallel plans: calls run beside each other already, and workers would cost all of them time.
select
    set_config('application_name', 'memsvc', false),
    set_config('plan_cache_mode', 'force_custom_plan', false),
    set_config('lock_timeout', '2s', false),
    set_config('idle_in_transaction_session_timeout', '5s', false),
    set_config('client_connection_check_interval', '1s', false),
    set_config('timezone', 'UTC', false),
    set_config('jit', 'off', false),
    set_config('max_parallel_workers_per_gather', '0', false),
    -- No transaction of ours waits for its client so long. Postgres before 17 does not know it.
    case
        when current_setting('server_version_num')::integer >= 170000
            then set_config('transaction_timeout', '90s', false)
    end
