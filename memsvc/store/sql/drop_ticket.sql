-- A worker's own ticket: one that was given to another worker meanwhile is not its own any more.
delete from procrastinate_jobs
where procrastinate_jobs.id = %(ticket_id)s
    and procrastinate_jobs.worker_id = %(worker_id)s
