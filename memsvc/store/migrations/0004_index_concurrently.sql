-- Built while writers go on. One that broke off is made anew.
-- squawk-ignore ban-concurrent-index-creation-in-transaction
drop index concurrently if exists memory_place;
-- squawk-ignore ban-concurrent-index-creation-in-transaction
create unique index concurrently if not exists memory_place on memory (tenant_id, user_id, place)
where place is not null;
-- squawk-ignore ban-concurrent-index-creation-in-transaction
drop index concurrently if exists memory_embedding_bits;
-- Holds all that the guess reads, so that the vectors themselves stay unread.
-- squawk-ignore ban-concurrent-index-creation-in-transaction
create index concurrently if not exists memory_embedding_bits
on memory_embedding (tenant_id, user_id, space_id) include (memory_id, bits, expire_time)
where live;
-- squawk-ignore ban-concurrent-index-creation-in-transaction
drop index concurrently if exists pending_embedding_user;
-- squawk-ignore ban-concurrent-index-creation-in-transaction
create index concurrently if not exists pending_embedding_user
on pending_embedding (tenant_id, user_id);
