-- The one that died last first; the page before ended with (after_end_time, after_id).
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
    and job.state = 4
    and (%(user_id)s::text is null or job.user_id = %(user_id)s)
    and (
        %(after_end_time)s::timestamptz is null
        or (job.end_time, job.job_id) < (%(after_end_time)s, %(after_id)s::uuid)
    )
order by job.end_time desc, job.job_id desc
limit %(limit)s
