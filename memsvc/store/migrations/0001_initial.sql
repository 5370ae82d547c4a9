-- The memory of every tenant. `tenant_id` leads every key, every statement names it, and row security
-- is the net behind: a table without a setting of memsvc.tenant shows no row.

create extension if not exists vector;

-- One row: what all server processes of an installation share.
create table installation (
    only_row boolean primary key default true check (only_row),
    -- Signs page tokens and marks context blocks.
    secret_key bytea not null check (octet_length(secret_key) = 32),
    create_time timestamptz not null
);

-- The models that vectors come from. Vectors of two spaces are never compared.
create table embedding_space (
    space_id integer generated always as identity primary key,
    model text not null,
    revision text not null,
    dimension integer not null check (dimension between 1 and 16000),
    -- The one space that memories are embedded and ranked in.
    active boolean not null,
    create_time timestamptz not null,
    unique (model, revision, dimension)
);
create unique index embedding_space_active on embedding_space (active) where active;

create table conversation (
    tenant_id text not null,
    user_id text not null,
    conversation_id text not null,
    project_id text not null,
    agent_id text not null,
    title text not null default '',
    create_time timestamptz not null,
    update_time timestamptz not null,
    primary key (tenant_id, user_id, conversation_id)
);

-- Everything that is remembered. An episode is a message as it was said; it is the only place where
-- what was said is kept, so an edit or a deletion cannot leave a second copy behind.
create table memory (
    tenant_id text not null,
    memory_id uuid not null,
    user_id text not null,
    kind smallint not null check (kind between 1 and 4),
    content text not null check (content <> ''),
    category text not null default '',
    slot text not null default '',
    temporal_state smallint not null default 0 check (temporal_state between 0 and 4),
    confidence real not null check (confidence between 0 and 1),
    importance real not null check (importance between 0 and 1),
    pinned boolean not null default false,
    essential boolean not null default false,
    tags text[] not null default '{}',
    metadata jsonb not null default '{}',
    source_message_ids text[] not null default '{}',
    conversation_id text,
    project_id text not null default '',
    agent_id text not null default '',
    -- When it was so in the world, and since when we know it.
    valid_from_time timestamptz not null,
    valid_to_time timestamptz check (valid_to_time >= valid_from_time),
    superseded_by uuid,
    superseded_time timestamptz,
    create_time timestamptz not null,
    update_time timestamptz not null,
    refresh_time timestamptz not null,
    last_access_time timestamptz,
    access_count integer not null default 0,
    expire_time timestamptz,
    version integer not null default 1,
    -- Of an episode: its message.
    message_id text,
    role smallint check (role between 1 and 4),
    author text not null default '',
    parent_message_id text not null default '',
    -- Order of arrival, which tells apart messages of the same moment.
    sequence bigint generated always as identity,
    -- Terms for BM25 (see memsvc.core.lexical) and words for the full-text syntax.
    presence sparsevec not null,
    weights sparsevec not null,
    words tsvector generated always as (to_tsvector('english', content)) stored,
    primary key (tenant_id, memory_id),
    check ((kind = 2) = (message_id is not null)),
    check ((superseded_by is null) = (superseded_time is null)),
    foreign key (tenant_id, user_id, conversation_id)
        references conversation (tenant_id, user_id, conversation_id)
);
create unique index memory_message on memory (tenant_id, user_id, message_id)
    where message_id is not null;
create index memory_newest on memory (tenant_id, user_id, create_time desc, memory_id desc);
-- Serves the foreign key and the reading of a conversation in order.
create index memory_conversation
    on memory (tenant_id, user_id, conversation_id, valid_from_time, sequence)
    where conversation_id is not null;

-- A vector a memory and space. Apart from the memory, so that a change of a memory's state does not
-- write its vector again, and so that a second space can be filled while the first one serves.
create table memory_embedding (
    tenant_id text not null,
    memory_id uuid not null,
    space_id integer not null references embedding_space,
    user_id text not null,
    embedding vector not null check (vector_norm(embedding) > 0),
    primary key (tenant_id, memory_id, space_id),
    foreign key (tenant_id, memory_id) references memory on delete cascade
);
-- Holds the whole join key: on a table without statistics yet the planner takes a user for a single
-- row and reads all of the user's vectors for each memory unless one probe finds the one it needs.
create index memory_embedding_user on memory_embedding (tenant_id, user_id, space_id, memory_id);
-- Unit vectors of floats do not compress; trying costs time.
alter table memory_embedding alter column embedding set storage plain;

-- Memories that wait for their vector: ids only, so that a worker may look across tenants.
create table pending_embedding (
    tenant_id text not null,
    memory_id uuid not null,
    -- Not to be tried before: one that the embedder refused steps back behind the others.
    due_time timestamptz not null,
    primary key (tenant_id, memory_id),
    foreign key (tenant_id, memory_id) references memory on delete cascade
);

-- The replies of calls with a request_id.
create table idempotency (
    tenant_id text not null,
    rpc text not null,
    request_id text not null,
    user_id text not null,
    fingerprint bytea not null,
    -- Null only inside the transaction that is doing the work.
    response bytea,
    create_time timestamptz not null,
    expire_time timestamptz not null,
    primary key (tenant_id, rpc, request_id)
);
create index idempotency_expiry on idempotency (tenant_id, expire_time);

do $$
declare
    protected text;
begin
    foreach protected in array array[
        'conversation', 'memory', 'memory_embedding', 'pending_embedding', 'idempotency'
    ] loop
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
-- The worker that fills in vectors asks which tenants have work; it learns ids, no content.
create policy worker_overview on pending_embedding for select using (
    (select current_setting('memsvc.worker', true)) = 'on'
);
-- The worker that sweeps replies sees the ones whose time is over, whosesoever they are.
create policy worker_sweep on idempotency using (
    (select current_setting('memsvc.worker', true)) = 'on' and expire_time < now()
);
