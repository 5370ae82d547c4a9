-- Chats: turns that go on after a crash, answers that broke off, and what models cost.

-- A message that broke off: the model failed, or the caller went away, in the middle of it.
alter table memory add column interrupted boolean not null default false;

-- The request_id of a chat names its turn, whose messages' ids follow from turn_id. Who takes the turn up
-- raises the attempt, so that the ones before can store nothing more. The response is null until the turn is
-- complete.
alter table idempotency
    add column turn_id uuid,
    add column attempt integer not null default 1;

-- In millionths of the currency that the prices in the settings are in.
alter table model_usage add column cost_micros bigint not null default 0;
