-- A message whose facts say all that it says is over when the last of them is, and is so again when one of
-- them is.
update memory
set
    valid_to_time = said.valid_to_time,
    superseded_by = said.superseded_by,
    superseded_time = said.superseded_time
from (
    select
        episode.memory_id,
        case when bool_and(fact.superseded_time is not null)
            then greatest(max(fact.valid_to_time), episode.valid_from_time)
        end as valid_to_time,
        case when bool_and(fact.superseded_time is not null)
            then (array_agg(fact.superseded_by order by fact.superseded_time desc, fact.memory_id))[1]
        end as superseded_by,
        case when bool_and(fact.superseded_time is not null)
            then max(fact.superseded_time)
        end as superseded_time
    from memory as episode
    left join memory as fact
        on fact.tenant_id = %(tenant_id)s
        and fact.user_id = episode.user_id
        and fact.kind = 1
        and fact.source_message_ids @> array[episode.message_id]
    where episode.tenant_id = %(tenant_id)s
        and episode.user_id = %(user_id)s
        and episode.message_id = any(%(message_ids)s)
        and episode.fully_drawn
    group by episode.memory_id, episode.valid_from_time
) as said
where memory.tenant_id = %(tenant_id)s
    and memory.memory_id = said.memory_id
    and memory.superseded_by is distinct from said.superseded_by
