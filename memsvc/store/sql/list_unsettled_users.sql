-- Across tenants, seen by a policy of its own; ids only. Whose facts changed a while ago, or were not
-- looked at for long.
select
    profile.tenant_id,
    profile.user_id
from profile
where profile.changed_time < now() - make_interval(secs => %(settle_seconds)s)
    or profile.consolidated_time < now() - make_interval(secs => %(every_seconds)s)
order by coalesce(profile.changed_time, profile.consolidated_time), profile.tenant_id, profile.user_id
limit %(limit)s
