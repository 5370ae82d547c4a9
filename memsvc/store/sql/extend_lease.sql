update job
set lease_time = now() + make_interval(secs => %(lease_seconds)s)
where job.tenant_id = %(tenant_id)s
    and job.job_id = %(job_id)s
    and job.attempt = %(attempt)s
    and job.state = 2
returning true as ours
