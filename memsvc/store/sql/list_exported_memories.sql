-- One JSON object a memory, ready to be handed over: every column but those that say whose it is, that
-- are made of the text, or that count for this database only. A position is a place within its conversation.
select
    memory.create_time,
    memory.memory_id,
    (
        to_jsonb(memory)
        - array['tenant_id', 'user_id', 'words', 'presence', 'weights', 'sequence', 'place']
        || jsonb_build_object('type', 'memory', 'position', mod(memory.place, 16777216))
    )::text as line
from memory
where memory.tenant_id = %(tenant_id)s
    and memory.user_id = %(user_id)s
    and (
        %(after_create_time)s::timestamptz is null
        or (memory.create_time, memory.memory_id)
        > (%(after_create_time)s::timestamptz, %(after_id)s::uuid)
    )
order by memory.create_time, memory.memory_id
limit %(limit)s
