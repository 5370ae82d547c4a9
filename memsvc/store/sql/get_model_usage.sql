select
    coalesce(sum(model_usage.tokens), 0)::bigint as tokens,
    coalesce(sum(model_usage.cost_micros), 0)::bigint as cost_micros
from model_usage
where model_usage.tenant_id = %(tenant_id)s
    and model_usage.day = %(day)s
