update job
set
    fact_count = job.fact_count + cardinality(%(memory_ids)s::uuid[]),
    dropped_fact_count = job.dropped_fact_count + %(dropped)s,
    memory_ids = (job.memory_ids || %(memory_ids)s::uuid[])[:1000]
where job.tenant_id = %(tenant_id)s
    and job.job_id = %(job_id)s
