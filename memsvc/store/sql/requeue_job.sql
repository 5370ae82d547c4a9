-- As often as a new one: what went wrong before does not count any more.
with requeued as (
    update job
    set state = 1, failed_count = 0, run_time = now(), end_time = null
    where job.tenant_id = %(tenant_id)s
        and job.job_id = %(job_id)s
        and job.state = 4
    returning job.job_id
),

pardoned as (
    update job_message
    set refusal = ''
    from requeued
    where job_message.tenant_id = %(tenant_id)s
        and job_message.job_id = requeued.job_id
)

select requeued.job_id
from requeued
