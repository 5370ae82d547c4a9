-- Across tenants: the one statement that is, seen by a policy of its own. Ids only.
select distinct pending_embedding.tenant_id
from pending_embedding
where pending_embedding.due_time <= %(now)s
order by pending_embedding.tenant_id
limit %(limit)s
