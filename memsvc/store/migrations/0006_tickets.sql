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
