-- For the rest of the transaction. One plan for all users, made once a connection: what it reads, it
-- looks up, so it fits few rows and many; planning anew would cost more than reading a small user.
select
    set_config('plan_cache_mode', 'force_generic_plan', true),
    set_config('enable_seqscan', 'off', true),
    set_config('enable_bitmapscan', 'off', true),
    set_config('enable_mergejoin', 'off', true)
