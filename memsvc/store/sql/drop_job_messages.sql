-- No facts are drawn from these messages any more.
delete from job_message
where job_message.tenant_id = %(tenant_id)s
    and job_message.memory_id = any(%(memory_ids)s::uuid[])
