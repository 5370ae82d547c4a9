-- The time by the database's clock, and whether facts came, changed or went since the last consolidation.
select
    now() as read_time,
    coalesce(bool_or(profile.changed_time is not null or profile.update_time is null), true) as changed
from profile
where profile.tenant_id = %(tenant_id)s
    and profile.user_id = %(user_id)s
