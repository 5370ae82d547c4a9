-- Who answers and how a user wants to be answered, and answers that are kept to be given again. A server of
-- the version before knows nothing of all this.
create table persona (
    tenant_id text not null,
    -- The user whose own it is; '' for one of the tenant.
    user_id text not null,
    persona_id text not null check (persona_id <> ''),
    name text not null,
    description text not null,
    system_prompt text not null,
    provider text not null,
    model text not null,
    temperature double precision check (temperature between 0 and 2),
    -- See memsvc.core.personas.
    memory_scope smallint not null check (memory_scope between 1 and 2),
    tags text[] not null,
    create_time timestamptz not null,
    update_time timestamptz not null,
    version integer not null default 1,
    primary key (tenant_id, user_id, persona_id)
);

create table preferences (
    tenant_id text not null,
    user_id text not null,
    response_style text not null,
    nickname text not null,
    occupation text not null,
    custom_instructions text not null,
    language text not null,
    tone text not null,
    -- 0 if nothing was said about it.
    response_length smallint not null check (response_length between 0 and 3),
    topics_of_interest text[] not null,
    update_time timestamptz not null,
    version integer not null default 1,
    primary key (tenant_id, user_id)
);

-- An answer is found by the hash of all that it depends on, what was recalled for it included: whatever of
-- the user's memories is changed or deleted, the answers that rest on it are found no more.
create table response_cache (
    tenant_id text not null,
    user_id text not null,
    key bytea not null check (octet_length(key) = 32),
    text text not null,
    -- See FinishReason.
    finish_reason smallint not null,
    provider text not null,
    model text not null,
    input_tokens integer not null,
    output_tokens integer not null,
    create_time timestamptz not null,
    expire_time timestamptz not null,
    hit_count bigint not null default 0,
    last_hit_time timestamptz,
    primary key (tenant_id, user_id, key)
);
-- What makes room when a tenant has too many, and what is swept.
create index response_cache_expiry on response_cache (tenant_id, expire_time desc);

create table response_cache_count (
    tenant_id text not null,
    hit_count bigint not null,
    miss_count bigint not null,
    primary key (tenant_id)
);

do $$
declare
    protected text;
begin
    foreach protected in array array['persona', 'preferences', 'response_cache', 'response_cache_count'] loop
        execute format('alter table %I enable row level security', protected);
        execute format('alter table %I force row level security', protected);
        execute format(
            'create policy tenant_isolation on %I using '
            '(tenant_id = (select nullif(current_setting(''memsvc.tenant'', true), '''')))',
            protected
        );
    end loop;
    foreach protected in array array['persona', 'preferences', 'response_cache'] loop
        execute format(
            'create trigger hold_user before insert or update of user_id on %I '
            'for each row execute function hold_user()',
            protected
        );
        -- While rows of a user are being removed nobody sees the rest.
        execute format(
            'create policy not_erased on %I as restrictive for select using ('
            'user_id <> all (array('
            'select erased_user.pending_user_id from erased_user '
            'where erased_user.tenant_id '
            '= (select nullif(current_setting(''memsvc.tenant'', true), '''')) '
            'and erased_user.purge_time is null '
            'and (select current_setting(''memsvc.erasing'', true)) is distinct from ''on'')))',
            protected
        );
    end loop;
    -- A transaction that is bound to a user sees no other user's rows.
    foreach protected in array array['preferences', 'response_cache'] loop
        execute format(
            'create policy user_binding on %I as restrictive using ('
            '(select coalesce(current_setting(''memsvc.user'', true), '''')) = '''' '
            'or user_id = (select current_setting(''memsvc.user'', true)))',
            protected
        );
    end loop;
end
$$;
-- It sees the tenant's personas beside its own, and changes its own.
create policy user_binding on persona as restrictive using (
    (select coalesce(current_setting('memsvc.user', true), '')) = ''
    or user_id = (select current_setting('memsvc.user', true))
    or user_id = ''
) with check (
    (select coalesce(current_setting('memsvc.user', true), '')) = ''
    or user_id = (select current_setting('memsvc.user', true))
);
create policy user_binding_update on persona as restrictive for update using (
    (select coalesce(current_setting('memsvc.user', true), '')) = ''
    or user_id = (select current_setting('memsvc.user', true))
);
create policy user_binding_delete on persona as restrictive for delete using (
    (select coalesce(current_setting('memsvc.user', true), '')) = ''
    or user_id = (select current_setting('memsvc.user', true))
);
-- The worker that sweeps sees what is over, whosesoever it is.
create policy worker_sweep on response_cache using (
    (select current_setting('memsvc.worker', true)) = 'on' and expire_time < now()
);
