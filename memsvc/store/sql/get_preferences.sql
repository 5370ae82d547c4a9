select
    -- include part_preferences_columns
from preferences
where preferences.tenant_id = %(tenant_id)s
    and preferences.user_id = %(user_id)s
