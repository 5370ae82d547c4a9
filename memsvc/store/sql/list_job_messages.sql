-- What a job is still to read, in the order in which it was said.
select
    -- include part_memory_columns
from job_message
inner join memory
    on memory.tenant_id = %(tenant_id)s
    and memory.memory_id = job_message.memory_id
where job_message.tenant_id = %(tenant_id)s
    and job_message.job_id = %(job_id)s
    and job_message.refusal = ''
order by memory.valid_from_time, memory.sequence
limit %(limit)s
