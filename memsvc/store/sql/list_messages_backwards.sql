-- The messages of a conversation, the newest first, between two places.
select
    memory.place,
    -- include part_memory_columns
from memory
where memory.tenant_id = %(tenant_id)s
    -- include part_message_filter
order by memory.place desc
limit %(limit)s
