-- A new job, unless one for the same waits that nobody has begun yet: that one does it too.
insert into job (
    tenant_id, job_id, kind, user_id, conversation_id, state, create_time, run_time
)
values (
    %(tenant_id)s, %(job_id)s, %(kind)s, %(user_id)s, %(conversation_id)s, 1, now(), now()
)
on conflict (tenant_id, user_id, kind, conversation_id) where state = 1 and attempt = 0
do update set run_time = least(job.run_time, excluded.run_time)
returning
    job.job_id,
    job.xmax = 0 as is_new
