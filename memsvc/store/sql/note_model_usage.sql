insert into model_usage (tenant_id, day, tokens, cost_micros)
values (%(tenant_id)s, %(day)s, %(tokens)s, %(cost_micros)s)
on conflict (tenant_id, day) do update set
    tokens = model_usage.tokens + excluded.tokens,
    cost_micros = model_usage.cost_micros + excluded.cost_micros
