    retention_policy.enabled,
    retention_policy.max_age,
    retention_policy.min_importance,
    retention_policy.either,
    retention_policy.max_memories,
    retention_policy.archive_age,
    retention_policy.update_time
