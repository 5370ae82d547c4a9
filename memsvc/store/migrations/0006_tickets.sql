-- The queue's own tables are made by its library; these serve what the service asks of them. The table
-- is new and empty: nobody waits.

-- Which jobs of a user wait or run, and the turn of a tenant's last one.
-- squawk-ignore require-concurrent-index-creation
create index ticket_lock on procrastinate_jobs (lock)
where status in ('todo', 'doing');
-- squawk-ignore require-concurrent-index-creation
create index ticket_turn on procrastinate_jobs ((args ->> 'tenant_id'), priority)
where status = 'todo';
-- squawk-ignore require-concurrent-index-creation
create index ticket_job on procrastinate_jobs (queueing_lock)
where status in ('todo', 'doing');

-- What became of a job stands in our own table; nobody reads the library's events.
alter table procrastinate_jobs disable trigger procrastinate_trigger_status_events_insert_v1;
alter table procrastinate_jobs disable trigger procrastinate_trigger_status_events_update_v1;
-- The next ticket is the first of an index; a table that is written all the time has no statistics that
-- would tell the planner so.
alter function procrastinate_fetch_job_v2 set enable_sort = off;
alter function procrastinate_fetch_job_v2 set enable_bitmapscan = off;
alter function procrastinate_fetch_job_v2 set enable_seqscan = off;
