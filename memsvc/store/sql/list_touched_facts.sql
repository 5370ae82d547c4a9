-- Those of the memories that are facts, and the facts that rest on those that are messages.
select
    -- include part_fact_columns
from memory
where memory.tenant_id = %(tenant_id)s
    and memory.kind = 1
    and (
        memory.memory_id = any(%(memory_ids)s)
        or exists (
            select
            from memory as episode
            where episode.tenant_id = %(tenant_id)s
                and episode.memory_id = any(%(memory_ids)s)
                and episode.user_id = memory.user_id
                and memory.source_message_ids @> array[episode.message_id]
        )
    )
order by memory.memory_id
