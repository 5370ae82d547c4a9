-- Who may call: API keys, accounts with their sessions and invitations; and transactions that are bound
-- to one user of a tenant. A server of the version before knows nothing of all this.

-- Of a key only a keyed hash of its secret is kept.
create table api_key (
    tenant_id text not null,
    key_id text not null check (length(key_id) = 12),
    name text not null,
    secret_hmac bytea not null check (octet_length(secret_hmac) = 32),
    -- Which pepper made it; 0 is the one of the installation's secret.
    pepper_version integer not null check (pepper_version >= 0),
    scopes text[] not null,
    -- The one user whose data it may touch; '' for any.
    user_id text not null,
    create_time timestamptz not null,
    -- Who made it.
    created_by text not null,
    expire_time timestamptz,
    last_used_time timestamptz,
    revoke_time timestamptz,
    -- The key in whose place it came; '' for none.
    replaces text not null,
    primary key (tenant_id, key_id)
);
-- Before the tenant is known there is nothing but the key's id.
create unique index api_key_presented on api_key (key_id);
create index api_key_newest on api_key (tenant_id, create_time desc, key_id desc);

create table account (
    tenant_id text not null,
    account_id uuid not null,
    -- In lower case.
    login text not null check (login <> ''),
    display_name text not null,
    -- By Argon2id, with its parameters.
    password_hash text not null,
    role text not null check (role in ('admin', 'user', 'read_only')),
    -- The one user whose data it may touch; '' for any.
    user_id text not null,
    create_time timestamptz not null,
    update_time timestamptz not null,
    primary key (tenant_id, account_id)
);
create unique index account_login on account (tenant_id, login);

-- One from each login on, until it is ended; its tokens name it.
create table account_session (
    tenant_id text not null,
    session_id uuid not null,
    account_id uuid not null,
    -- How often it was refreshed: only the refresh token with this number is good for another time.
    refresh_count integer not null default 0,
    create_time timestamptz not null,
    expire_time timestamptz not null,
    end_time timestamptz,
    primary key (tenant_id, session_id),
    foreign key (tenant_id, account_id) references account on delete cascade
);
create index account_session_account on account_session (tenant_id, account_id);

create table invitation (
    tenant_id text not null,
    invitation_id uuid not null,
    role text not null check (role in ('admin', 'user', 'read_only')),
    -- Whose data the account may touch; '' for a user of its own.
    user_id text not null,
    create_time timestamptz not null,
    created_by text not null,
    expire_time timestamptz not null,
    accept_time timestamptz,
    primary key (tenant_id, invitation_id)
);

do $$
declare
    protected text;
begin
    foreach protected in array array['api_key', 'account', 'account_session', 'invitation'] loop
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
-- Whoever presents a key is shown that one, to find out whose it is.
create policy presented_key on api_key for select using (
    key_id = (select nullif(current_setting('memsvc.key_id', true), ''))
);
-- The worker that sweeps sees what is over, whosesoever it is.
create policy worker_sweep on account_session using (
    (select current_setting('memsvc.worker', true)) = 'on' and expire_time < now()
);
create policy worker_sweep on invitation using (
    (select current_setting('memsvc.worker', true)) = 'on' and expire_time < now()
);

-- A transaction that is bound to a user sees and writes no other user's rows, whatever a statement says.
-- Tables with a user_id are found in the catalogue.
do $$
declare
    bound text;
    own constant text :=
        '(select coalesce(current_setting(''memsvc.user'', true), '''')) = '''' '
        'or user_id = (select current_setting(''memsvc.user'', true))';
begin
    for bound in
        select pg_class.relname
        from pg_class
        inner join pg_attribute on pg_attribute.attrelid = pg_class.oid
        where pg_class.relnamespace = current_schema()::regnamespace
            and pg_class.relkind = 'r'
            and pg_class.relrowsecurity
            and pg_attribute.attname = 'user_id'
            and pg_class.relname <> 'idempotency'
        order by pg_class.relname
    loop
        execute format('create policy user_binding on %I as restrictive using (%s)', bound, own);
    end loop;
    -- A call by an id does not know yet whose reply it will have; its request_ids are the user's own.
    execute format(
        'create policy user_binding on idempotency as restrictive using (%s or user_id = '''')', own
    );
end
$$;
-- What hangs on rows of a user goes with them.
create policy user_binding on job_message as restrictive using (
    (select coalesce(current_setting('memsvc.user', true), '')) = ''
    or exists (
        select
        from job
        where job.tenant_id = job_message.tenant_id
            and job.job_id = job_message.job_id
            and job.user_id = (select current_setting('memsvc.user', true))
    )
);
create policy user_binding on account_session as restrictive using (
    (select coalesce(current_setting('memsvc.user', true), '')) = ''
    or exists (
        select
        from account
        where account.tenant_id = account_session.tenant_id
            and account.account_id = account_session.account_id
            and account.user_id = (select current_setting('memsvc.user', true))
    )
);
