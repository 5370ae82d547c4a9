select
    -- include part_api_key_columns
from api_key
where api_key.tenant_id = %(tenant_id)s
    and api_key.key_id = %(key_id)s
for update
