    -- One that waits, runs or has just failed for good is not asked for again.
    and not exists (
        select
        from job
        where job.tenant_id = profile.tenant_id
            and job.user_id = profile.user_id
            and job.kind = 2
            and (job.state < 3 or (job.state = 4 and job.end_time > now() - interval '1 hour'))
    )
