-- The number stands for "memsvc migrations" and nothing else.
select pg_try_advisory_lock(7236837, 1) as locked
