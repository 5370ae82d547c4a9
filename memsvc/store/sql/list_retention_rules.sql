select
    -- include part_rule_columns
from retention_rule
where retention_rule.tenant_id = %(tenant_id)s
    and (%(rule_id)s::uuid is null or retention_rule.rule_id = %(rule_id)s)
order by retention_rule.priority, retention_rule.create_time, retention_rule.rule_id
