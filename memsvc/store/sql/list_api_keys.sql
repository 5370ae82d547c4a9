-- The newest first; the page before ended with (after_create_time, after_id).
select
    -- include part_api_key_columns
from api_key
where api_key.tenant_id = %(tenant_id)s
    and (
        %(after_create_time)s::timestamptz is null
        or (api_key.create_time, api_key.key_id) < (%(after_create_time)s, %(after_id)s::text)
    )
order by api_key.create_time desc, api_key.key_id desc
limit %(limit)s
