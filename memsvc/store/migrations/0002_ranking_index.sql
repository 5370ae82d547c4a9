-- What ranking reads, kept beside the memories by the database itself: no statement can forget it,
-- nor can a server of the version before, which knows nothing of it.

-- Where a message stands: neighbours of a conversation differ by one. 2^24 messages fit between the
-- places of two conversations.
create sequence conversation_number;
alter table conversation add column number bigint;
alter table conversation alter column number set default nextval('conversation_number');
alter table conversation add column message_count bigint not null default 0;
alter table memory add column place bigint;

-- The signs of the vector's elements, by which the nearest are guessed; and whether a memory counts.
alter table memory_embedding add column bits bit varying;
alter table memory_embedding add column live boolean not null default true;
alter table memory_embedding add column expire_time timestamptz;

-- Whose memories wait, so that an answer can say that it was ranked without them.
alter table pending_embedding add column user_id text;

-- Which memories that nothing superseded hold a term, and with which BM25 weight. No foreign key: a
-- deletion would have to look for a memory's terms, which the trigger below knows.
create table memory_term (
    tenant_id text not null,
    user_id text not null,
    term integer not null,
    memory_id uuid not null,
    weight real not null,
    expire_time timestamptz,
    primary key (tenant_id, user_id, term, memory_id) include (weight, expire_time)
);

-- How many memories of a user nothing superseded.
create table memory_count (
    tenant_id text not null,
    user_id text not null,
    memories bigint not null,
    primary key (tenant_id, user_id)
) with (fillfactor = 50);

do $$
declare
    protected text;
begin
    foreach protected in array array['memory_term', 'memory_count'] loop
        execute format('alter table %I enable row level security', protected);
        execute format('alter table %I force row level security', protected);
        execute format(
            'create policy tenant_isolation on %I using '
            '(tenant_id = (select nullif(current_setting(''memsvc.tenant'', true), '''')))',
            protected
        );
    end loop;
    -- For the migration that fills this in, which goes through all tenants; it drops them.
    foreach protected in array array[
        'conversation', 'memory', 'memory_embedding', 'memory_term', 'memory_count'
    ] loop
        execute format(
            'create policy migration on %I using '
            '((select current_setting(''memsvc.migration'', true)) = ''on'')',
            protected
        );
    end loop;
end
$$;

create function sparse_elements(vector sparsevec) returns table (term integer, weight real)
language sql immutable
begin atomic
    select
        split_part(element, ':', 1)::integer,
        split_part(element, ':', 2)::real
    from string_to_table(ltrim(split_part(vector::text, '}', 1), '{'), ',') as element;
end;

create function index_inserted_memories() returns trigger language plpgsql as $$
begin
    insert into memory_term (tenant_id, user_id, term, memory_id, weight, expire_time)
    select
        memory.tenant_id, memory.user_id, element.term, memory.memory_id, element.weight,
        memory.expire_time
    from inserted as memory
    cross join lateral sparse_elements(memory.weights) as element
    where memory.superseded_time is null
    on conflict do nothing;

    insert into memory_count (tenant_id, user_id, memories)
    select memory.tenant_id, memory.user_id, count(*)
    from inserted as memory
    where memory.superseded_time is null
    group by memory.tenant_id, memory.user_id
    order by memory.tenant_id, memory.user_id
    on conflict (tenant_id, user_id)
    do update set memories = memory_count.memories + excluded.memories;
    return null;
end
$$;

create function index_deleted_memories() returns trigger language plpgsql as $$
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
    set memories = memory_count.memories - gone.memories
    from (
        select memory.tenant_id, memory.user_id, count(*) as memories
        from deleted as memory
        where memory.superseded_time is null
        group by memory.tenant_id, memory.user_id
    ) as gone
    where memory_count.tenant_id = gone.tenant_id and memory_count.user_id = gone.user_id;
    return null;
end
$$;

create function index_updated_memories() returns trigger language plpgsql as $$
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

    insert into memory_count (tenant_id, user_id, memories)
    select step.tenant_id, step.user_id, sum(step.memories)
    from (
        select memory.tenant_id, memory.user_id, 1 as memories
        from new_memories as memory
        where memory.memory_id = any(changed) and memory.superseded_time is null
        union all
        select memory.tenant_id, memory.user_id, -1
        from old_memories as memory
        where memory.memory_id = any(changed) and memory.superseded_time is null
    ) as step
    group by step.tenant_id, step.user_id
    order by step.tenant_id, step.user_id
    on conflict (tenant_id, user_id)
    do update set memories = memory_count.memories + excluded.memories;

    update memory_embedding
    set live = memory.superseded_time is null, expire_time = memory.expire_time
    from new_memories as memory
    where memory.memory_id = any(changed)
        and memory_embedding.tenant_id = memory.tenant_id
        and memory_embedding.memory_id = memory.memory_id;
    return null;
end
$$;

create function quantize_embedding() returns trigger language plpgsql as $$
begin
    new.bits := binary_quantize(new.embedding);
    return new;
end
$$;

create trigger index_inserted_memories after insert on memory
referencing new table as inserted
for each statement execute function index_inserted_memories();
create trigger index_deleted_memories after delete on memory
referencing old table as deleted
for each statement execute function index_deleted_memories();
create trigger index_updated_memories after update on memory
referencing old table as old_memories new table as new_memories
for each statement execute function index_updated_memories();
create trigger quantize_embedding before insert or update of embedding on memory_embedding
for each row execute function quantize_embedding();
