-- A job that the one who asks for it does at once: it is born running and nobody else takes it, unless its
-- lease runs out.
insert into job (
    tenant_id, job_id, kind, user_id, conversation_id, state, attempt, create_time, run_time, start_time,
    lease_time
)
values (
    %(tenant_id)s, %(job_id)s, %(kind)s, %(user_id)s, %(conversation_id)s, 2, 1, now(), now(), now(),
    now() + make_interval(secs => %(lease_seconds)s)
)
returning
    -- include part_job_columns
