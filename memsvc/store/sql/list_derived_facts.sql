-- The facts that rest on any of these messages.
select
    -- include part_fact_columns
from memory
inner join (
    select
        item.user_id,
        array_agg(item.message_id) as message_ids
    from unnest(%(user_ids)s::text[], %(message_ids)s::text[]) as item (user_id, message_id)
    group by item.user_id
) as message on message.user_id = memory.user_id
where memory.tenant_id = %(tenant_id)s
    and memory.kind = 1
    and memory.source_message_ids && message.message_ids
order by memory.memory_id
