-- What Recall ranks of a user's memories that nothing superseded: the closest in meaning, the ones
-- that hold the query's rarer terms, and the neighbours of both. Every step is a lookup in an index
-- that is named by tenant and user; the laterals with a limit keep it so whatever the planner thinks.
with size as materialized (
    select coalesce(max(memory_count.memories), 0) as memories
    from memory_count
    where memory_count.tenant_id = %(tenant_id)s and memory_count.user_id = %(user_id)s
),

-- Exact as long as that is cheap. Beyond, the signs of the vectors' elements tell which ones are
-- worth a closer look; their index holds all that this reads.
dense as (
    (
        select memory_embedding.memory_id
        from memory_embedding
        where memory_embedding.tenant_id = %(tenant_id)s
            and memory_embedding.user_id = %(user_id)s
            and memory_embedding.space_id = %(space_id)s
            and memory_embedding.live
            and (memory_embedding.expire_time is null or memory_embedding.expire_time > %(now)s)
            and (select size.memories from size) <= %(exact_max)s
        order by memory_embedding.embedding <#> %(embedding)b::vector, memory_embedding.memory_id
        limit %(arm)s
    )
    union all
    (
        select guess.memory_id
        from (
            select memory_embedding.memory_id
            from memory_embedding
            where memory_embedding.tenant_id = %(tenant_id)s
                and memory_embedding.user_id = %(user_id)s
                and memory_embedding.space_id = %(space_id)s
                and memory_embedding.live
                and (memory_embedding.expire_time is null or memory_embedding.expire_time > %(now)s)
                and (select size.memories from size) > %(exact_max)s
            order by
                memory_embedding.bits
                <~> (select binary_quantize(%(embedding)b::vector)::bit varying),
                memory_embedding.memory_id
            limit (
                select greatest(%(guesses_min)s::bigint, size.memories / %(guess_every)s::bigint)
                from size
            )
        ) as guess
        cross join lateral (
            select memory_embedding.embedding <#> %(embedding)b::vector as distance
            from memory_embedding
            where memory_embedding.tenant_id = %(tenant_id)s
                and memory_embedding.memory_id = guess.memory_id
                and memory_embedding.space_id = %(space_id)s
            limit 1
        ) as exact
        order by exact.distance, guess.memory_id
        limit %(arm)s
    )
),

term as materialized (
    select
        query.dimension,
        query.ordinal,
        held.memories,
        ln(1 + (
            greatest((select size.memories from size), held.memories) - held.memories + 0.5
        ) / (held.memories + 0.5)) as idf
    from unnest(%(dimensions)s::integer[]) with ordinality as query (dimension, ordinal)
    cross join lateral (
        select count(*) as memories
        from memory_term
        where memory_term.tenant_id = %(tenant_id)s
            and memory_term.user_id = %(user_id)s
            and memory_term.term = query.dimension
    ) as held
),

-- include part_question
,

-- From the rarest term on, as many as are read quickly: what holds none of them is no better by words
-- than what holds them, and its own score is exact once it is a candidate.
lexical as (
    select posting.memory_id
    from (
        select
            term.dimension,
            term.idf,
            term.memories,
            sum(term.memories) over (order by term.memories, term.ordinal) as running
        from term
    ) as rare
    cross join lateral (
        select memory_term.memory_id, memory_term.weight
        from memory_term
        where memory_term.tenant_id = %(tenant_id)s
            and memory_term.user_id = %(user_id)s
            and memory_term.term = rare.dimension
            and (memory_term.expire_time is null or memory_term.expire_time > %(now)s)
        offset 0
    ) as posting
    where rare.running <= %(postings_max)s or rare.running = rare.memories
    group by posting.memory_id
    order by sum(posting.weight * rare.idf) desc, posting.memory_id
    limit %(arm)s
),

seed as materialized (
    select found.*
    from (
        select dense.memory_id from dense
        union
        select lexical.memory_id from lexical
    ) as arm
    cross join lateral (
        select
            -- include part_candidate_columns
        from memory
        where memory.tenant_id = %(tenant_id)s
            and memory.memory_id = arm.memory_id
            and memory.user_id = %(user_id)s
            and memory.superseded_time is null
            and (memory.expire_time is null or memory.expire_time > %(now)s)
        limit 1
    ) as found
),

candidate as (
    select seed.* from seed
    union all
    select found.*
    from (
        select seed.place - 1 as place from seed
        union
        select seed.place + 1 from seed
        except
        select seed.place from seed
    ) as beside
    cross join lateral (
        select
            -- include part_candidate_columns
        from memory
        where memory.tenant_id = %(tenant_id)s
            and memory.user_id = %(user_id)s
            and memory.place = beside.place
            and memory.superseded_time is null
            and (memory.expire_time is null or memory.expire_time > %(now)s)
        limit 1
    ) as found
)

select
    -- include part_candidate_arrays
    ,
    exists (
        select
        from pending_embedding
        where pending_embedding.tenant_id = %(tenant_id)s
            and pending_embedding.user_id = %(user_id)s
    ) as without_embedding
from candidate
