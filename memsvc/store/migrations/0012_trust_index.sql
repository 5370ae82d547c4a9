-- Built while writers go on. One that broke off is made anew.
-- squawk-ignore ban-concurrent-index-creation-in-transaction
drop index concurrently if exists memory_flagged;
-- squawk-ignore ban-concurrent-index-creation-in-transaction
create index concurrently if not exists memory_flagged
on memory (tenant_id, user_id, memory_id) where flagged;
