-- What nobody has said again for a while gets less sure by the day: a closed form of the time since, so
-- that doing it twice changes nothing. What is essential or pinned stays as sure as it was.
update memory
set confidence = faded.confidence
from (
    select
        memory.memory_id,
        greatest(
            least(memory.stated_confidence, %(floor)s::double precision),
            memory.stated_confidence * power(
                %(factor)s::double precision,
                floor(extract(epoch from %(now)s::timestamptz - memory.refresh_time) / 86400)
                - %(after_days)s::integer
            )
        )::real as confidence
    from memory
    where memory.tenant_id = %(tenant_id)s
        and memory.kind = 1
        and not memory.essential
        and not memory.pinned
        and memory.superseded_time is null
        and memory.refresh_time < %(now)s::timestamptz - make_interval(days => %(after_days)s::integer)
    order by memory.memory_id
    for no key update of memory skip locked
) as faded
where memory.tenant_id = %(tenant_id)s
    and memory.memory_id = faded.memory_id
    and memory.confidence <> faded.confidence
returning memory.memory_id
