-- A process of the service that was paused in the middle of a transaction holds its locks, and while it
-- sends statements without waiting for each other the database does not count it as idle.
select pg_terminate_backend(pg_stat_activity.pid) as ended
from pg_stat_activity
where pg_stat_activity.datname = current_database()
    and pg_stat_activity.usename = current_user
    and pg_stat_activity.application_name = 'memsvc'
    and pg_stat_activity.wait_event = 'ClientRead'
    and pg_stat_activity.xact_start < now() - make_interval(secs => %(seconds)s)
