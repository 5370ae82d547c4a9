select pg_switch_wal() as position
