-- Tells the workers of a job. Its turn lies right behind the tenant's last one that waits, but not before
-- the one that is served now: so tenants take turns, however much one of them has asked for. The library
-- takes the highest priority first.
select procrastinate_defer_jobs_v1(array[row(
    'memsvc',
    'run_job',
    least(
        coalesce((
            select max(ticket.priority)
            from procrastinate_jobs as ticket
            where ticket.status = 'todo'
        ), 0),
        coalesce((
            select min(ticket.priority) - 1
            from procrastinate_jobs as ticket
            where ticket.status = 'todo' and ticket.args ->> 'tenant_id' = %(tenant)s
        ), 0)
    ),
    %(lock)s,
    %(job_id)s::uuid::text,
    jsonb_build_object('tenant_id', %(tenant)s::text, 'job_id', %(job_id)s::uuid::text),
    null
)::procrastinate_job_to_defer_v1]) as ticket_ids
