-- Across tenants, seen by a policy of its own: how many jobs stand how, and for how long the oldest has.
select
    job.kind,
    case when job.run_time <= now() then 'ready' else 'postponed' end as standing,
    count(*) as jobs,
    extract(epoch from now() - min(job.run_time))::double precision as oldest_seconds
from job
where job.state = 1
group by job.kind, standing
union all
select
    job.kind,
    'running' as standing,
    count(*) as jobs,
    extract(epoch from now() - min(job.start_time))::double precision as oldest_seconds
from job
where job.state = 2
group by job.kind
union all
select
    job.kind,
    'dead' as standing,
    count(*) as jobs,
    extract(epoch from now() - min(job.end_time))::double precision as oldest_seconds
from job
where job.state = 4
group by job.kind
