-- Across tenants, seen by a policy of its own; ids only. Whose facts changed a while ago.
select
    profile.tenant_id,
    profile.user_id
from profile
where profile.changed_time < now() - make_interval(secs => %(settle_seconds)s)
    -- include part_not_consolidating
order by profile.changed_time, profile.tenant_id, profile.user_id
limit %(limit)s
