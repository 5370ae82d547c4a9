-- Forgetting a user for good, and how much a tenant keeps.

-- Who was erased. The id itself stands here only as long as rows are being removed.
create table erased_user (
    tenant_id text not null,
    -- See user_hash().
    user_hash bytea not null check (octet_length(user_hash) = 32),
    pending_user_id text,
    erase_time timestamptz not null,
    -- When the last row was removed, and when the tables were rewritten since.
    purge_time timestamptz,
    compact_time timestamptz,
    -- How many rows were removed, by table.
    removed jsonb not null default '{}',
    audit_sequence bigint not null,
    primary key (tenant_id, user_hash),
    check ((purge_time is null) = (pending_user_id is not null))
);
create index erased_user_pending on erased_user (tenant_id) where purge_time is null;
alter table erased_user enable row level security;
alter table erased_user force row level security;
create policy tenant_isolation on erased_user using (
    tenant_id = (select nullif(current_setting('memsvc.tenant', true), ''))
);
-- The worker that finishes an erasure asks where one is unfinished.
create policy worker_overview on erased_user for select using (
    (select current_setting('memsvc.worker', true)) = 'on'
);
-- Who has rewritten the tables notes it.
create policy worker_compaction on erased_user for update using (
    (select current_setting('memsvc.worker', true)) = 'on' and purge_time is not null
);

-- What stands for a user where the id must not: SHA-256 keyed with the installation's secret.
create function user_hash(of_tenant text, of_user text) returns bytea language sql stable
begin atomic
    select sha256(
        installation.secret_key
        || convert_to(octet_length(of_tenant)::text || ':' || of_tenant || of_user, 'UTF8')
    )
    from installation;
end;

-- Who writes for a user holds the user until the transaction ends, and finds out whether it is there to
-- be written for; who erases waits for the writers. Once a transaction is enough.
create function hold_user() returns trigger language plpgsql as $$
declare
    held text := new.tenant_id || chr(10) || new.user_id;
begin
    if new.user_id = '' or current_setting('memsvc.held_user', true) = held then
        return new;
    end if;
    perform pg_advisory_xact_lock_shared(hashtextextended('user ' || held, 0));
    if exists (
        select
        from erased_user
        where erased_user.tenant_id = new.tenant_id
            and erased_user.user_hash = user_hash(new.tenant_id, new.user_id)
    ) then
        raise exception using errcode = 'MS001', message = 'the user was erased';
    end if;
    perform set_config('memsvc.held_user', held, true);
    return new;
end
$$;

-- Removes up to a number of rows of a user from each table that has any, the ones that refer to others
-- first, the younger first. The tables are found in the catalogue, so that a new one cannot be forgotten. It stops at a
-- table that has more: call it again until it returns nothing.
create function erase_user_rows(of_tenant text, of_user text, rows_max bigint)
returns table (table_name text, row_count bigint) language plpgsql as $$
declare
    remaining oid[] := array(
        select class.oid
        from pg_class as class
        where class.relnamespace = 'public'::regnamespace
            and class.relkind = 'r'
            and exists (
                select
                from pg_attribute as attribute
                where attribute.attrelid = class.oid
                    and attribute.attname = 'user_id'
                    and not attribute.attisdropped
            )
    );
    next_one oid;
    removed bigint;
begin
    perform set_config('memsvc.erasing', 'on', true);
    while cardinality(remaining) > 0 loop
        select max(candidate) into next_one
        from unnest(remaining) as candidate
        where not exists (
            select
            from pg_constraint as reference
            where reference.contype = 'f'
                and reference.confrelid = candidate
                and reference.conrelid <> candidate
                and reference.conrelid = any(remaining)
        );
        row_count := 0;
        loop
            -- A row that somebody changes meanwhile is passed over: look until none is left.
            execute format(
                'delete from %1$s where ctid = any(array('
                'select ctid from %1$s where tenant_id = $1 and user_id = $2 limit $3))',
                next_one::regclass
            ) using of_tenant, of_user, rows_max - row_count;
            get diagnostics removed = row_count;
            row_count := row_count + removed;
            exit when removed = 0 or row_count >= rows_max;
        end loop;
        if row_count > 0 then
            table_name := next_one::regclass::text;
            return next;
        end if;
        if row_count >= rows_max then
            return;
        end if;
        remaining := array_remove(remaining, next_one);
    end loop;
end
$$;

do $$
declare
    written text;
begin
    -- The roots: what the others belong to is written with them.
    foreach written in array array[
        'conversation', 'memory', 'withheld_memory', 'job', 'profile', 'idempotency', 'api_key',
        'account', 'invitation'
    ] loop
        execute format(
            'create trigger hold_user before insert or update of user_id on %I '
            'for each row execute function hold_user()',
            written
        );
    end loop;
    -- While rows are being removed nobody sees the rest.
    foreach written in array array['conversation', 'memory', 'withheld_memory', 'profile', 'job'] loop
        execute format(
            'create policy not_erased on %I as restrictive for select using ('
            'user_id <> all (array('
            'select erased_user.pending_user_id from erased_user '
            'where erased_user.tenant_id '
            '= (select nullif(current_setting(''memsvc.tenant'', true), '''')) '
            'and erased_user.purge_time is null '
            'and (select current_setting(''memsvc.erasing'', true)) is distinct from ''on'')))',
            written
        );
    end loop;
end
$$;

-- A transaction that is bound to a user sees no other user's rows here either.
create policy user_binding on withheld_memory as restrictive using (
    (select coalesce(current_setting('memsvc.user', true), '')) = ''
    or user_id = (select current_setting('memsvc.user', true))
);

-- The planner gains nothing from samples of texts, and they would outlive the rows.
alter table memory alter column content set statistics 0;
alter table memory alter column metadata set statistics 0;
alter table memory alter column value set statistics 0;
alter table memory alter column value_key set statistics 0;
alter table withheld_memory alter column record set statistics 0;
alter table profile alter column summary set statistics 0;
alter table profile alter column key_traits set statistics 0;
alter table conversation alter column title set statistics 0;

-- How many memories of a user there are, superseded ones too, and how much their texts take. Of users
-- that were there before, a worker takes the measure; until then the numbers say too little.
alter table memory_count add column stored bigint not null default 0;
alter table memory_count add column bytes bigint not null default 0;
alter table memory_count add column measured boolean not null default false;
-- The table has a row a user.
-- squawk-ignore require-concurrent-index-creation
create index memory_count_unmeasured on memory_count (tenant_id) where not measured;

create or replace function index_inserted_memories() returns trigger language plpgsql as $$
begin
    insert into memory_term (tenant_id, user_id, term, memory_id, weight, expire_time)
    select
        memory.tenant_id, memory.user_id, element.term, memory.memory_id, element.weight,
        memory.expire_time
    from inserted as memory
    cross join lateral sparse_elements(memory.weights) as element
    where memory.superseded_time is null
    on conflict do nothing;

    insert into memory_count (tenant_id, user_id, memories, stored, bytes, measured)
    select
        memory.tenant_id, memory.user_id, count(*) filter (where memory.superseded_time is null),
        count(*), sum(octet_length(memory.content)), true
    from inserted as memory
    group by memory.tenant_id, memory.user_id
    order by memory.tenant_id, memory.user_id
    on conflict (tenant_id, user_id) do update set
        memories = memory_count.memories + excluded.memories,
        stored = memory_count.stored + excluded.stored,
        bytes = memory_count.bytes + excluded.bytes;
    return null;
end
$$;

create or replace function index_deleted_memories() returns trigger language plpgsql as $$
begin
    delete from memory_term
    using (
        select memory.tenant_id, memory.user_id, memory.memory_id, element.term
        from deleted as memory
        cross join lateral sparse_elements(memory.weights) as element
    ) as gone
    where memory_term.tenant_id = gone.tenant_id
        and memory_term.user_id = gone.user_id
        and memory_term.term = gone.term
        and memory_term.memory_id = gone.memory_id;

    update memory_count
    set
        memories = memory_count.memories - gone.memories,
        stored = memory_count.stored - gone.stored,
        bytes = memory_count.bytes - gone.bytes
    from (
        select
            memory.tenant_id,
            memory.user_id,
            count(*) filter (where memory.superseded_time is null) as memories,
            count(*) as stored,
            sum(octet_length(memory.content)) as bytes
        from deleted as memory
        group by memory.tenant_id, memory.user_id
    ) as gone
    where memory_count.tenant_id = gone.tenant_id and memory_count.user_id = gone.user_id;
    return null;
end
$$;

create or replace function index_updated_memories() returns trigger language plpgsql as $$
declare
    changed uuid[] := array(
        select new_memory.memory_id
        from new_memories as new_memory
        inner join old_memories as old_memory
            on old_memory.tenant_id = new_memory.tenant_id
            and old_memory.memory_id = new_memory.memory_id
        where new_memory.weights <> old_memory.weights
            or (new_memory.superseded_time is null) <> (old_memory.superseded_time is null)
            or new_memory.expire_time is distinct from old_memory.expire_time
            or octet_length(new_memory.content) <> octet_length(old_memory.content)
    );
begin
    if cardinality(changed) = 0 then
        return null;
    end if;

    delete from memory_term
    using (
        select memory.tenant_id, memory.user_id, memory.memory_id, element.term
        from old_memories as memory
        cross join lateral sparse_elements(memory.weights) as element
        where memory.memory_id = any(changed)
    ) as gone
    where memory_term.tenant_id = gone.tenant_id
        and memory_term.user_id = gone.user_id
        and memory_term.term = gone.term
        and memory_term.memory_id = gone.memory_id;

    insert into memory_term (tenant_id, user_id, term, memory_id, weight, expire_time)
    select
        memory.tenant_id, memory.user_id, element.term, memory.memory_id, element.weight,
        memory.expire_time
    from new_memories as memory
    cross join lateral sparse_elements(memory.weights) as element
    where memory.memory_id = any(changed) and memory.superseded_time is null
    on conflict do nothing;

    insert into memory_count (tenant_id, user_id, memories, bytes)
    select step.tenant_id, step.user_id, sum(step.memories), sum(step.bytes)
    from (
        select
            memory.tenant_id,
            memory.user_id,
            (memory.superseded_time is null)::integer as memories,
            octet_length(memory.content) as bytes
        from new_memories as memory
        where memory.memory_id = any(changed)
        union all
        select
            memory.tenant_id, memory.user_id, -(memory.superseded_time is null)::integer,
            -octet_length(memory.content)
        from old_memories as memory
        where memory.memory_id = any(changed)
    ) as step
    group by step.tenant_id, step.user_id
    order by step.tenant_id, step.user_id
    on conflict (tenant_id, user_id) do update set
        memories = memory_count.memories + excluded.memories,
        bytes = memory_count.bytes + excluded.bytes;

    update memory_embedding
    set live = memory.superseded_time is null, expire_time = memory.expire_time
    from new_memories as memory
    where memory.memory_id = any(changed)
        and memory_embedding.tenant_id = memory.tenant_id
        and memory_embedding.memory_id = memory.memory_id;
    return null;
end
$$;

-- What a tenant's use of language models comes to, by day (UTC).
create table model_usage (
    tenant_id text not null,
    day date not null,
    tokens bigint not null,
    primary key (tenant_id, day)
);
alter table model_usage enable row level security;
alter table model_usage force row level security;
create policy tenant_isolation on model_usage using (
    tenant_id = (select nullif(current_setting('memsvc.tenant', true), ''))
);
