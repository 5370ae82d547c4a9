-- Exactly these facts of the user are essential. One that becomes so is as sure again as it was said.
update memory
set
    essential = memory.memory_id = any(%(essential_ids)s::uuid[]),
    confidence = case
        when memory.memory_id = any(%(essential_ids)s::uuid[]) then memory.stated_confidence
        else memory.confidence
    end,
    version = memory.version + 1
from (
    select memory.memory_id
    from memory
    where memory.tenant_id = %(tenant_id)s
        and memory.user_id = %(user_id)s
        and memory.kind = 1
        and memory.superseded_time is null
        and memory.essential <> (memory.memory_id = any(%(essential_ids)s::uuid[]))
    order by memory.memory_id
    for no key update of memory
) as turned
where memory.tenant_id = %(tenant_id)s
    and memory.memory_id = turned.memory_id
returning memory.memory_id
