insert into retention_rule (
    tenant_id, rule_id, name, priority, condition, action, disabled, create_time, update_time
)
values (
    %(tenant_id)s, %(rule_id)s, %(rule_name)s, %(priority)s, %(condition)s, %(action)s, %(disabled)s,
    %(now)s, %(now)s
)
on conflict (tenant_id, rule_id) do update set
    name = excluded.name,
    priority = excluded.priority,
    condition = excluded.condition,
    action = excluded.action,
    disabled = excluded.disabled,
    update_time = excluded.update_time
returning
    -- include part_rule_columns
