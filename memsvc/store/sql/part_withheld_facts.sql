-- The facts that are put aside and rest on any of these messages, with the messages of their user.
(
    select
        item.user_id,
        array_agg(item.message_id) as message_ids
    from unnest(%(user_ids)s::text[], %(message_ids)s::text[]) as item (user_id, message_id)
    group by item.user_id
) as message
where withheld_memory.tenant_id = %(tenant_id)s
    and withheld_memory.user_id = message.user_id
    and withheld_memory.message_id is null
    and withheld_memory.record -> 'kind' = '1'
    and withheld_memory.record -> 'source_message_ids' ?| message.message_ids
