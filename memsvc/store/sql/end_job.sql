update job
set
    state = %(state)s,
    last_error = coalesce(nullif(%(last_error)s, ''), job.last_error),
    failed_count = job.failed_count + %(failures)s,
    end_time = now(),
    lease_time = null
where job.tenant_id = %(tenant_id)s
    and job.job_id = %(job_id)s
    and job.attempt = %(attempt)s
    and job.state = 2
returning
    -- include part_job_columns
