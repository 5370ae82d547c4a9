insert into response_cache_count (tenant_id, hit_count, miss_count)
values (%(tenant_id)s, %(hit_count)s, %(miss_count)s)
on conflict (tenant_id) do update set
    hit_count = response_cache_count.hit_count + excluded.hit_count,
    miss_count = response_cache_count.miss_count + excluded.miss_count
