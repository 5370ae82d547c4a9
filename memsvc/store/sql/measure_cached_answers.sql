select
    count(*) as answers,
    coalesce(sum(octet_length(response_cache.text)), 0)::bigint as text_bytes
from response_cache
where response_cache.tenant_id = %(tenant_id)s
    and response_cache.expire_time > %(now)s
