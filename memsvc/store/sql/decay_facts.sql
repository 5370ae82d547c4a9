-- What nobody has said again for a while gets less sure by the day: a closed form of the time since, so
-- that doing it twice changes nothing. What is essential or pinned stays as sure as it was. One page of
-- the present facts, and of those only the ones that change are held, and none that somebody else holds.
with page as materialized (
    select memory.memory_id
    from memory
    where memory.tenant_id = %(tenant_id)s
        and memory.kind = 1
        and memory.superseded_time is null
        and (%(after_id)s::uuid is null or memory.memory_id > %(after_id)s)
    order by memory.memory_id
    limit %(limit)s
),

held as (
    select
        memory.memory_id,
        faded.confidence
    from page
    inner join memory
        on memory.tenant_id = %(tenant_id)s
        and memory.memory_id = page.memory_id
    cross join lateral (
        select
            greatest(
                least(memory.stated_confidence, %(floor)s::double precision),
                memory.stated_confidence * power(
                    %(factor)s::double precision,
                    floor(extract(epoch from %(now)s::timestamptz - memory.refresh_time) / 86400)
                    - %(after_days)s::integer
                )
            )::real as confidence
    ) as faded
    where not memory.essential
        and not memory.pinned
        and memory.refresh_time < %(now)s::timestamptz - make_interval(days => %(after_days)s::integer)
        and memory.confidence <> faded.confidence
    for no key update of memory skip locked
),

changed as (
    update memory
    set confidence = held.confidence
    from held
    where memory.tenant_id = %(tenant_id)s
        and memory.memory_id = held.memory_id
    returning memory.memory_id
)

select
    (select count(*) from changed) as faded,
    (select page.memory_id from page order by page.memory_id desc limit 1) as last_id
