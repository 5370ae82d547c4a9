select
    profile.summary,
    profile.key_traits,
    profile.update_time,
    profile.trust
from profile
where profile.tenant_id = %(tenant_id)s
    and profile.user_id = %(user_id)s
    and profile.update_time is not null
