-- The job is ours from now on, whoever had it: each begin has a number, and only the last one may write.
-- A lease that ran out counts as a failure, so that a job which kills its workers dies in the end.
update job
set
    state = case
        when job.state = 2 and job.failed_count + 1 >= %(failures_max)s then 4 else 2
    end,
    end_time = case
        when job.state = 2 and job.failed_count + 1 >= %(failures_max)s then now()
    end,
    failed_count = job.failed_count + case when job.state = 2 then 1 else 0 end,
    last_error = case when job.state = 2 then 'LEASE_LOST' else job.last_error end,
    attempt = job.attempt + 1,
    start_time = now(),
    lease_time = now() + make_interval(secs => %(lease_seconds)s)
where job.tenant_id = %(tenant_id)s
    and job.job_id = %(job_id)s
    and (
        (job.state = 1 and job.run_time <= now())
        or (job.state = 2 and job.lease_time < now())
    )
returning
    -- include part_job_columns
