-- Why some message of a job cannot be read.
select job_message.refusal
from job_message
where job_message.tenant_id = %(tenant_id)s
    and job_message.job_id = %(job_id)s
    and job_message.refusal <> ''
order by job_message.memory_id
limit 1
