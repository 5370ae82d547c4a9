-- Nothing if somebody else has it by now.
update retention_policy
set lease_time = case
    when %(lease_seconds)s::double precision > 0
        then clock_timestamp() + make_interval(secs => %(lease_seconds)s)
end
where retention_policy.tenant_id = %(tenant_id)s
    and retention_policy.lease_time = %(lease_time)s
returning retention_policy.lease_time
