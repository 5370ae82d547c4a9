insert into response_cache (
    tenant_id, user_id, key, text, finish_reason, provider, model, input_tokens, output_tokens,
    create_time, expire_time
)
values (
    %(tenant_id)s, %(user_id)s, %(key)s, %(text)s, %(finish_reason)s, %(provider)s, %(model)s,
    %(input_tokens)s, %(output_tokens)s, %(now)s, %(expire_time)s
)
on conflict (tenant_id, user_id, key) do update set
    text = excluded.text,
    finish_reason = excluded.finish_reason,
    provider = excluded.provider,
    model = excluded.model,
    input_tokens = excluded.input_tokens,
    output_tokens = excluded.output_tokens,
    create_time = excluded.create_time,
    expire_time = excluded.expire_time
