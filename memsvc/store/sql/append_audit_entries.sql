insert into audit_entry (
    tenant_id, sequence, event_time, principal, action, target, reason, count, hash
)
select
    %(tenant_id)s, item.sequence, item.event_time, item.principal, item.action, item.target,
    item.reason, item.count, item.hash
from unnest(
    %(sequences)s::bigint[], %(event_times)s::timestamptz[], %(principals)s::text[],
    %(actions)s::text[], %(targets)s::text[], %(reasons)s::text[], %(counts)s::bigint[],
    %(hashes)s::bytea[]
) as item (sequence, event_time, principal, action, target, reason, count, hash)
