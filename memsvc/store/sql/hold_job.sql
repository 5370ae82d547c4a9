-- Nobody takes the job over until the end of the transaction; no row if somebody has.
select true as ours
from job
where job.tenant_id = %(tenant_id)s
    and job.job_id = %(job_id)s
    and job.attempt = %(attempt)s
    and job.state = 2
for update
