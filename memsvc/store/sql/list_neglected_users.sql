-- Across tenants, seen by a policy of its own; ids only. Whose facts were not looked at for long.
select
    profile.tenant_id,
    profile.user_id
from profile
where profile.consolidated_time < now() - make_interval(secs => %(every_seconds)s)
    -- include part_not_consolidating
order by profile.consolidated_time, profile.tenant_id, profile.user_id
limit %(limit)s
