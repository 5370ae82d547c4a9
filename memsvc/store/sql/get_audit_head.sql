select
    audit_entry.sequence,
    audit_entry.hash
from audit_entry
where audit_entry.tenant_id = %(tenant_id)s
order by audit_entry.sequence desc
limit 1
