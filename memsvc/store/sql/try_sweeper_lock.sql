-- One process sweeps at a time.
select pg_try_advisory_xact_lock(1835365739, 1) as locked
