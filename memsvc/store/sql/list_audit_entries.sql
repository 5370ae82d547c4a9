select
    audit_entry.sequence,
    audit_entry.event_time,
    audit_entry.principal,
    audit_entry.action,
    audit_entry.target,
    audit_entry.reason,
    audit_entry.count,
    audit_entry.hash
from audit_entry
where audit_entry.tenant_id = %(tenant_id)s
    and audit_entry.sequence > %(after)s
    and (%(action)s::text is null or audit_entry.action = %(action)s)
order by audit_entry.sequence
limit %(limit)s
