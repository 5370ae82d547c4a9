-- How long memories are kept.
create table retention_policy (
    tenant_id text not null,
    enabled boolean not null,
    max_age interval not null,
    min_importance real not null check (min_importance between 0 and 1),
    either boolean not null,
    max_memories bigint not null check (max_memories >= 0),
    archive_age interval not null,
    update_time timestamptz,
    -- Who runs has it until then, by the database's clock.
    lease_time timestamptz,
    primary key (tenant_id)
);

create table retention_rule (
    tenant_id text not null,
    rule_id uuid not null,
    name text not null,
    priority integer not null,
    -- What is set of it; never empty (see memsvc.core.retention).
    condition jsonb not null check (condition <> '{}'),
    action smallint not null check (action between 1 and 3),
    disabled boolean not null,
    create_time timestamptz not null,
    update_time timestamptz not null,
    primary key (tenant_id, rule_id)
);

create table retention_hold (
    tenant_id text not null,
    user_id text not null,
    reason text not null,
    create_time timestamptz not null,
    primary key (tenant_id, user_id)
);

do $$
declare
    protected text;
begin
    foreach protected in array array['retention_policy', 'retention_rule', 'retention_hold'] loop
        execute format('alter table %I enable row level security', protected);
        execute format('alter table %I force row level security', protected);
        execute format(
            'create policy tenant_isolation on %I using '
            '(tenant_id = (select nullif(current_setting(''memsvc.tenant'', true), '''')))',
            protected
        );
    end loop;
end
$$;
create trigger hold_user before insert on retention_hold
for each row execute function hold_user();
-- The worker asks which tenants have a policy.
create policy worker_overview on retention_policy for select using (
    (select current_setting('memsvc.worker', true)) = 'on'
);
-- A transaction that is bound to a user sees no other user's rows.
create policy user_binding on retention_hold as restrictive using (
    (select coalesce(current_setting('memsvc.user', true), '')) = ''
    or user_id = (select current_setting('memsvc.user', true))
);
