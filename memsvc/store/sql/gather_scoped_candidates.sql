-- As gather_candidates, for a question that is narrowed or looks into the past: every memory that the
-- filter leaves is looked at, and frequencies are counted over exactly these.
with compared as materialized (
    -- Apart, so that no vector is carried through a join.
    select
        memory_embedding.memory_id,
        -(memory_embedding.embedding <#> %(embedding)b::vector) as similarity
    from memory_embedding
    where memory_embedding.tenant_id = %(tenant_id)s
        and memory_embedding.user_id = %(user_id)s
        and memory_embedding.space_id = %(space_id)s
),

scope as materialized (
    select
        memory.memory_id,
        memory.place,
        coalesce(-(memory.presence <#> %(probe)s::sparsevec), 0)::integer as matched,
        case
            when memory.presence <#> %(probe)s::sparsevec < 0 then memory.weights
        end as weights,
        compared.similarity
    from memory
    left join compared on compared.memory_id = memory.memory_id
    where memory.tenant_id = %(tenant_id)s
        and memory.user_id = %(user_id)s
    -- include part_memory_filter
),

mask as materialized (
    select scope.matched, count(*) as memories, count(scope.similarity) as embedded
    from scope
    group by scope.matched
),

term as materialized (
    select
        held.dimension,
        held.ordinal,
        held.memories,
        ln(1 + (
            (select sum(mask.memories) from mask) - held.memories + 0.5
        ) / (held.memories + 0.5)) as idf
    from (
        select
            query.dimension,
            query.ordinal,
            coalesce(sum(mask.memories), 0) as memories
        from unnest(%(dimensions)s::integer[]) with ordinality as query (dimension, ordinal)
        left join mask on mask.matched & (1 << (query.ordinal - 1)::integer) <> 0
        group by query.dimension, query.ordinal
    ) as held
),

-- include part_question
,

arm as (
    (
        select scope.memory_id
        from scope
        where scope.similarity is not null
        order by scope.similarity desc, scope.memory_id
        limit %(arm)s
    )
    union
    (
        select scope.memory_id
        from scope
        where scope.weights is not null
        order by scope.weights <#> (select question.terms from question), scope.memory_id
        limit %(arm)s
    )
),

seed as materialized (
    select scope.memory_id, scope.place
    from scope
    inner join arm on arm.memory_id = scope.memory_id
),

chosen as (
    select seed.memory_id from seed
    union
    select scope.memory_id
    from scope
    inner join (
        select seed.place - 1 as place from seed
        union
        select seed.place + 1 from seed
    ) as beside on beside.place = scope.place
),

candidate as (
    select found.*
    from chosen
    cross join lateral (
        select
            -- include part_candidate_columns
        from memory
        where memory.tenant_id = %(tenant_id)s
            and memory.memory_id = chosen.memory_id
        limit 1
    ) as found
)

select
    -- include part_candidate_arrays
    ,
    coalesce((select sum(mask.memories) > sum(mask.embedded) from mask), false) as without_embedding
from candidate
