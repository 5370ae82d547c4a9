-- One process at a time; one that died holds it no longer than its lease.
update retention_policy
set lease_time = clock_timestamp() + make_interval(secs => %(lease_seconds)s)
where retention_policy.tenant_id = %(tenant_id)s
    and (retention_policy.lease_time is null or retention_policy.lease_time < clock_timestamp())
returning retention_policy.lease_time
