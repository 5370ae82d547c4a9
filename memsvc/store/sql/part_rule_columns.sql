    retention_rule.rule_id,
    retention_rule.name,
    retention_rule.priority,
    retention_rule.condition,
    retention_rule.action,
    retention_rule.disabled,
    retention_rule.create_time,
    retention_rule.update_time
