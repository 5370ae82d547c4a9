-- The time by the database's clock, whether facts came, changed or went since the last consolidation, and
-- how often the profile was withdrawn.
select
    now() as read_time,
    coalesce(bool_or(profile.changed_time is not null or profile.update_time is null), true) as changed,
    coalesce(max(profile.withdrawn_count), 0) as withdrawn_count
from profile
where profile.tenant_id = %(tenant_id)s
    and profile.user_id = %(user_id)s
