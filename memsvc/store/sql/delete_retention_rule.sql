delete from retention_rule
where retention_rule.tenant_id = %(tenant_id)s
    and retention_rule.rule_id = %(rule_id)s
returning retention_rule.name
