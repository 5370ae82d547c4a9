-- Built while writers go on. One that broke off is made anew.
-- squawk-ignore ban-concurrent-index-creation-in-transaction
drop index concurrently if exists memory_live_fact;
-- One live value a slot, whatever writers do.
-- squawk-ignore ban-concurrent-index-creation-in-transaction
create unique index concurrently if not exists memory_live_fact
on memory (tenant_id, user_id, slot, author)
where exclusive and superseded_time is null;
-- squawk-ignore ban-concurrent-index-creation-in-transaction
drop index concurrently if exists memory_fact;
-- squawk-ignore ban-concurrent-index-creation-in-transaction
create index concurrently if not exists memory_fact
on memory (tenant_id, user_id, slot, author, value_key) where kind = 1;
-- squawk-ignore ban-concurrent-index-creation-in-transaction
drop index concurrently if exists memory_conscious;
-- The order of the conscious memory, so that its best are read and no others.
-- squawk-ignore ban-concurrent-index-creation-in-transaction
create index concurrently if not exists memory_conscious
on memory (
    tenant_id, user_id, pinned desc, essential desc, (kind = 2), importance desc,
    valid_from_time desc, memory_id
) where superseded_time is null;
-- squawk-ignore ban-concurrent-index-creation-in-transaction
drop index concurrently if exists memory_unmatched;
-- squawk-ignore ban-concurrent-index-creation-in-transaction
create index concurrently if not exists memory_unmatched
on memory (tenant_id, user_id, memory_id) where unmatched;
-- squawk-ignore ban-concurrent-index-creation-in-transaction
drop index concurrently if exists memory_fading;
-- Present facts by id, so that they can be gone through in small batches.
-- squawk-ignore ban-concurrent-index-creation-in-transaction
create index concurrently if not exists memory_fading
on memory (tenant_id, memory_id) where kind = 1 and superseded_time is null;
