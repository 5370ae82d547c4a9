-- Where a memory comes from, what the write guard found in it, and what is put aside. A server of the
-- version before writes none of these columns and does not read the table.

-- Null for what was stored before: its role says it.
alter table memory add column source_class smallint;
-- Signals of the guard, and which secrets were masked.
alter table memory add column flags text[] not null default '{}';
-- Some signal is approved by nobody.
alter table memory add column flagged boolean not null default false;
-- Of a fact, beside source_message_ids: the class of each message, and its flags with commas between.
alter table memory add column source_classes smallint[] not null default '{}';
alter table memory add column source_flags text[] not null default '{}';
-- As far as the least trusted fact that it was written of.
alter table profile add column trust real;

-- Memories that are neither recalled, searched nor listed: archived, or quarantined by the write guard.
create table withheld_memory (
    tenant_id text not null,
    memory_id uuid not null,
    user_id text not null,
    -- Of an episode: sent again, its message is a duplicate all the same.
    message_id text,
    conversation_id text,
    -- 1 archived, 2 quarantined.
    state smallint not null check (state between 1 and 2),
    -- The names of signals, or of a rule; never what was said.
    reason text not null,
    -- The whole row of memory.
    record jsonb not null,
    withhold_time timestamptz not null,
    -- When it is to be deleted; null for never.
    purge_time timestamptz,
    primary key (tenant_id, memory_id)
);
create unique index withheld_memory_message
on withheld_memory (tenant_id, user_id, message_id) where message_id is not null;
create index withheld_memory_newest
on withheld_memory (tenant_id, state, withhold_time desc, memory_id desc);
create index withheld_memory_user
on withheld_memory (tenant_id, user_id, state, withhold_time desc, memory_id desc);
create index withheld_memory_purge
on withheld_memory (tenant_id, purge_time) where purge_time is not null;

alter table withheld_memory enable row level security;
alter table withheld_memory force row level security;
create policy tenant_isolation on withheld_memory using (
    tenant_id = (select nullif(current_setting('memsvc.tenant', true), ''))
);
