-- Across tenants, seen by a policy of its own; ids only.
select distinct profile.tenant_id
from profile
order by profile.tenant_id
