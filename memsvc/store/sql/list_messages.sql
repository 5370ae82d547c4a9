-- The messages of a conversation as they came, between two places.
select
    memory.place,
    -- include part_memory_columns
from memory
where memory.tenant_id = %(tenant_id)s
    -- include part_message_filter
order by memory.place
limit %(limit)s
