-- Back into the queue for a later try.
update job
set
    state = 1,
    last_error = coalesce(nullif(%(last_error)s, ''), job.last_error),
    failed_count = job.failed_count + %(failures)s,
    snooze_count = job.snooze_count + %(snoozes)s,
    run_time = now() + make_interval(secs => %(seconds)s),
    lease_time = null
where job.tenant_id = %(tenant_id)s
    and job.job_id = %(job_id)s
    and job.attempt = %(attempt)s
    and job.state = 2
returning
    -- include part_job_columns
