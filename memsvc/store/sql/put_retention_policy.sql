insert into retention_policy (
    tenant_id, enabled, max_age, min_importance, either, max_memories, archive_age, update_time
)
values (
    %(tenant_id)s, %(enabled)s, %(max_age)s, %(min_importance)s, %(either)s, %(max_memories)s,
    %(archive_age)s, %(now)s
)
on conflict (tenant_id) do update set
    enabled = excluded.enabled,
    max_age = excluded.max_age,
    min_importance = excluded.min_importance,
    either = excluded.either,
    max_memories = excluded.max_memories,
    archive_age = excluded.archive_age,
    update_time = excluded.update_time
returning
    -- include part_policy_columns
