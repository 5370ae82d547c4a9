update job_message
set refusal = %(refusal)s
where job_message.tenant_id = %(tenant_id)s
    and job_message.job_id = %(job_id)s
    and job_message.memory_id = %(memory_id)s
