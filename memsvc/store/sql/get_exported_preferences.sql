select
    jsonb_build_object(
        'type', 'preferences',
        'response_style', preferences.response_style,
        'nickname', preferences.nickname,
        'occupation', preferences.occupation,
        'custom_instructions', preferences.custom_instructions,
        'language', preferences.language,
        'tone', preferences.tone,
        'response_length', preferences.response_length,
        'topics_of_interest', preferences.topics_of_interest,
        'update_time', preferences.update_time
    )::text as line
from preferences
where preferences.tenant_id = %(tenant_id)s
    and preferences.user_id = %(user_id)s
