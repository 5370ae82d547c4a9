-- Found, and counted as used.
update response_cache
set
    hit_count = response_cache.hit_count + 1,
    last_hit_time = %(now)s
where response_cache.tenant_id = %(tenant_id)s
    and response_cache.user_id = %(user_id)s
    and response_cache.key = %(key)s
    and response_cache.expire_time > %(now)s
returning
    response_cache.text,
    response_cache.finish_reason,
    response_cache.provider,
    response_cache.model,
    response_cache.input_tokens,
    response_cache.output_tokens
