update job
set
    fact_count = job.fact_count + cardinality(%(memory_ids)s::uuid[]),
    dropped_fact_count = job.dropped_fact_count + %(dropped)s,
    memory_ids = (job.memory_ids || array(
        select item.memory_id
        from unnest(%(memory_ids)s::uuid[]) with ordinality as item (memory_id, place)
        where item.memory_id <> all(job.memory_ids)
        order by item.place
    ))[:1000]
where job.tenant_id = %(tenant_id)s
    and job.job_id = %(job_id)s
