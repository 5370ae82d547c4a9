-- Across tenants, seen by a policy of its own; ids only. What is due and has no ticket: a next try, one
-- queued again, and what a worker left behind.
select
    job.tenant_id,
    job.job_id,
    job.user_id
from job
where (
    (job.state = 1 and job.run_time <= now())
    or (job.state = 2 and job.lease_time < now())
)
    and not exists (
        select
        from procrastinate_jobs as ticket
        where ticket.queueing_lock = job.job_id::text and ticket.status in ('todo', 'doing')
    )
order by job.run_time, job.job_id
limit %(limit)s
