-- One process changes spaces at a time. The numbers stand for that and nothing else.
select pg_try_advisory_lock(7236837, 2) as locked
