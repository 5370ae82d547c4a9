select
    -- include part_policy_columns
from retention_policy
where retention_policy.tenant_id = %(tenant_id)s
