select
    jsonb_build_object(
        'type', 'profile',
        'summary', profile.summary,
        'key_traits', profile.key_traits,
        'update_time', profile.update_time,
        'trust', profile.trust
    )::text as line
from profile
where profile.tenant_id = %(tenant_id)s
    and profile.user_id = %(user_id)s
    and profile.update_time is not null
