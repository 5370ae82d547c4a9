-- Pinned, then essential, then what was drawn or written down before what was just said, by
-- importance and age. What facts speak for is not said twice. The importance of what the write guard
-- flagged counts less; apart, so that the others come in the order of their index.
with best as materialized (
    (
        select memory.memory_id
        from memory
        where memory.tenant_id = %(tenant_id)s
            and memory.user_id = %(user_id)s
            and memory.superseded_time is null
            and not memory.flagged
            and (memory.pinned or not memory.fully_drawn)
            and (memory.expire_time is null or memory.expire_time > %(now)s)
            and (%(categories)s::text[] is null or memory.category = any(%(categories)s))
            and (%(agent_ids)s::text[] is null or memory.agent_id = any(%(agent_ids)s))
        order by
            memory.pinned desc,
            memory.essential desc,
            (memory.kind = 2),
            memory.importance desc,
            memory.valid_from_time desc,
            memory.memory_id
        limit %(limit)s
    )
    union all
    (
        select memory.memory_id
        from memory
        where memory.tenant_id = %(tenant_id)s
            and memory.user_id = %(user_id)s
            and memory.superseded_time is null
            and memory.flagged
            and not %(leave_out_flagged)s
            and (memory.pinned or not memory.fully_drawn)
            and (memory.expire_time is null or memory.expire_time > %(now)s)
            and (%(categories)s::text[] is null or memory.category = any(%(categories)s))
            and (%(agent_ids)s::text[] is null or memory.agent_id = any(%(agent_ids)s))
        order by
            memory.pinned desc,
            memory.essential desc,
            (memory.kind = 2),
            memory.importance desc,
            memory.valid_from_time desc,
            memory.memory_id
        limit %(limit)s
    )
)

select
    -- include part_memory_columns
from memory
where memory.tenant_id = %(tenant_id)s
    and memory.memory_id = any(array(select best.memory_id from best))
order by
    memory.pinned desc,
    memory.essential desc,
    (memory.kind = 2),
    memory.importance
    * case when memory.flagged then %(flagged_factor)s::real else 1 end desc,
    memory.valid_from_time desc,
    memory.memory_id
limit %(limit)s
