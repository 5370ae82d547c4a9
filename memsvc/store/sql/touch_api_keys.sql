-- When keys were last used, to the minute. One that is being changed right now is left out.
update api_key
set last_used_time = held.used_time
from (
    select
        api_key.key_id,
        item.used_time
    from unnest(%(key_ids)s::text[], %(used_times)s::timestamptz[]) as item (key_id, used_time)
    inner join api_key
        on api_key.tenant_id = %(tenant_id)s
        and api_key.key_id = item.key_id
    where api_key.last_used_time is null
        or api_key.last_used_time <= item.used_time - make_interval(mins => 1)
    order by api_key.key_id
    for no key update of api_key skip locked
) as held
where api_key.tenant_id = %(tenant_id)s
    and api_key.key_id = held.key_id
