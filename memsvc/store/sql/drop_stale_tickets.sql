-- A ticket whose worker shows no sign of life holds up the jobs of its user.
delete from procrastinate_jobs as ticket
where ticket.status = 'doing'
    and not exists (
        select
        from procrastinate_workers
        where procrastinate_workers.id = ticket.worker_id
            and procrastinate_workers.last_heartbeat > now() - make_interval(secs => %(lease_seconds)s)
    )
