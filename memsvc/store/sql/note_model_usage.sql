insert into model_usage (tenant_id, day, tokens)
values (%(tenant_id)s, %(day)s, %(tokens)s)
on conflict (tenant_id, day) do update set tokens = model_usage.tokens + excluded.tokens
