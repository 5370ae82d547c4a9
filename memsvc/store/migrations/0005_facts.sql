-- Facts: what fills a slot, who said it when, and the jobs that draw them. A server of the version
-- before neither writes these columns nor reads these tables.

-- Of a fact: what fills its slot, and the form of it that two facts share which say the same.
alter table memory add column value text not null default '';
alter table memory add column value_key text not null default '';
-- Its slot holds one value at a time, and it is the present one.
alter table memory add column exclusive boolean not null default false;
-- It says that the value holds no longer.
alter table memory add column ends boolean not null default false;
alter table memory add column contested boolean not null default false;
-- Beside source_message_ids: since when it is so by each of them, who said it, and how surely.
alter table memory add column source_times timestamptz[] not null default '{}';
alter table memory add column source_roles smallint[] not null default '{}';
alter table memory add column source_confidences real[] not null default '{}';
-- As it was drawn; confidence fades from there.
alter table memory add column stated_confidence real;
-- It got no vector when it was stored or worded anew, so it is still to be compared with the others.
alter table memory add column unmatched boolean not null default false;

-- A memory is noted again and again: when it was recalled, how sure it still is. With room on its page no
-- index has to learn of that.
alter table memory set (fillfactor = 90);

-- Of an episode: its facts say all that it says, so it is over when they are.
alter table memory add column fully_drawn boolean not null default false;

-- Work that no caller waits for. It names messages and never holds their text. The lease and the
-- attempt keep a worker that was paused from writing what another one does by now.
create table job (
    tenant_id text not null,
    job_id uuid not null,
    kind smallint not null check (kind between 1 and 2),
    user_id text not null,
    conversation_id text not null default '',
    -- 1 queued, 2 running, 3 succeeded, 4 dead, 5 cancelled.
    state smallint not null check (state between 1 and 5),
    -- Counts every begin.
    attempt integer not null default 0,
    -- Begins that ended badly, and those that a busy language model put off.
    failed_count integer not null default 0,
    snooze_count integer not null default 0,
    last_error text not null default '',
    create_time timestamptz not null,
    run_time timestamptz not null,
    start_time timestamptz,
    end_time timestamptz,
    lease_time timestamptz,
    fact_count integer not null default 0,
    dropped_fact_count integer not null default 0,
    memory_ids uuid[] not null default '{}',
    primary key (tenant_id, job_id)
) with (autovacuum_vacuum_scale_factor = 0.01);
-- One that nobody has begun yet takes in what comes after.
create unique index job_waiting on job (tenant_id, user_id, kind, conversation_id)
where state = 1 and attempt = 0;
-- What is due, and what its worker left behind.
create index job_due on job (tenant_id, run_time) where state = 1;
create index job_leased on job (tenant_id, lease_time) where state = 2;
create index job_ended on job (tenant_id, end_time) where state > 2;
create index job_consolidation on job (tenant_id, user_id, state) where kind = 2;
create index job_dead on job (tenant_id, end_time desc, job_id desc) where state = 4;

-- The messages that a job is still to read.
create table job_message (
    tenant_id text not null,
    job_id uuid not null,
    memory_id uuid not null,
    -- Why it cannot be read; it is left alone until the job is queued again.
    refusal text not null default '',
    primary key (tenant_id, job_id, memory_id),
    foreign key (tenant_id, job_id) references job on delete cascade,
    foreign key (tenant_id, memory_id) references memory on delete cascade
) with (autovacuum_vacuum_scale_factor = 0.01);
-- Serves the foreign key.
create index job_message_memory on job_message (tenant_id, memory_id);

-- Who a user is, in a few sentences, and when their facts were last tidied up.
create table profile (
    tenant_id text not null,
    user_id text not null,
    summary text not null default '',
    key_traits text[] not null default '{}',
    update_time timestamptz,
    -- Facts came, changed or went since they were consolidated.
    changed_time timestamptz,
    consolidated_time timestamptz,
    -- Counts how often it was withdrawn, so that none is written of what is gone by then.
    withdrawn_count integer not null default 0,
    primary key (tenant_id, user_id)
);
create index profile_changed on profile (tenant_id, changed_time) where changed_time is not null;

do $$
declare
    protected text;
begin
    foreach protected in array array['job', 'job_message', 'profile'] loop
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
-- The worker asks whose jobs are due and whose facts changed; it learns ids, no text.
create policy worker_overview on job for select using (
    (select current_setting('memsvc.worker', true)) = 'on'
);
create policy worker_sweep on job for delete using (
    (select current_setting('memsvc.worker', true)) = 'on' and state > 2 and end_time < now()
);
create policy worker_overview on profile for select using (
    (select current_setting('memsvc.worker', true)) = 'on'
);
