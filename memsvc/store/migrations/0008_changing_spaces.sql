-- Changing from one embedding model to another while servers serve.

-- Since when a space no longer serves: the latest one is what a change can be taken back to. Null for
-- one that serves, that never did, or whose vectors were deleted.
alter table embedding_space add column retire_time timestamptz;

-- Whoever embeds everything anew asks which tenants have memories; it learns ids and numbers, no text.
create policy worker_overview on memory_count for select using (
    (select current_setting('memsvc.worker', true)) = 'on'
);
