-- As often as a new one: what went wrong before does not count any more.
update job
set state = 1, failed_count = 0, run_time = now(), end_time = null
where job.tenant_id = %(tenant_id)s
    and job.job_id = %(job_id)s
    and job.state = 4
returning job.job_id
