-- Across tenants, seen by a policy of its own: jobs that ended long ago.
with over as (
    select
        job.tenant_id,
        job.job_id
    from job
    where job.state > 2
        and job.end_time < now() - make_interval(hours => %(kept_hours)s)
        and (job.state <> 4 or job.end_time < now() - make_interval(hours => %(dead_kept_hours)s))
    order by job.end_time
    limit %(limit)s
)

delete from job
using over
where job.tenant_id = over.tenant_id
    and job.job_id = over.job_id
returning true as swept
