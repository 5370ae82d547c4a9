select
    -- include part_job_columns
    ,
    (
        select count(*)
        from job_message
        where job_message.tenant_id = %(tenant_id)s and job_message.job_id = job.job_id
    )::integer as pending_message_count
from job
where job.tenant_id = %(tenant_id)s
    and job.job_id = %(job_id)s
