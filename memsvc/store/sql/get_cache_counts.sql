select
    response_cache_count.hit_count,
    response_cache_count.miss_count
from response_cache_count
where response_cache_count.tenant_id = %(tenant_id)s
