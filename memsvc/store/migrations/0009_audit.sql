-- What was done to a tenant's data and access, by whom and why. It names ids and reasons and never
-- holds what was said. Entries are added; the service's role may neither change nor remove one.
create table audit_entry (
    tenant_id text not null,
    -- Counts a tenant's entries.
    sequence bigint not null check (sequence > 0),
    event_time timestamptz not null,
    -- Who did it; '' for the service itself.
    principal text not null,
    action text not null,
    target text not null,
    reason text not null,
    count bigint not null,
    -- SHA-256 over the hash before and the fields above (see memsvc.core.audit).
    hash bytea not null check (octet_length(hash) = 32),
    primary key (tenant_id, sequence)
);
alter table audit_entry enable row level security;
alter table audit_entry force row level security;
-- No policy for update or delete: row security refuses them, also to the table's owner.
create policy tenant_isolation on audit_entry for select using (
    tenant_id = (select nullif(current_setting('memsvc.tenant', true), ''))
);
create policy tenant_isolation_of_new on audit_entry for insert with check (
    tenant_id = (select nullif(current_setting('memsvc.tenant', true), ''))
);
