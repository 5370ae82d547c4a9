-- Ranks every memory in scope by meaning and words, and returns the best. Both signals are scaled
-- over exactly these memories, and the idf is counted over them in the same pass.
with compared as materialized (
    -- Apart, so that no vector is carried through a join. Both vectors have length 1: the inner product
    -- is the cosine.
    select
        memory_embedding.memory_id,
        -(memory_embedding.embedding <#> %(embedding)b::vector) as similarity
    from memory_embedding
    where memory_embedding.tenant_id = %(tenant_id)s
        and memory_embedding.space_id = %(space_id)s
        and (%(user_id)s::text is null or memory_embedding.user_id = %(user_id)s)
),

scope as materialized (
    select
        memory.memory_id,
        memory.weights,
        memory.flagged,
        -- Bit i is set if the memory has the query's term i.
        coalesce(-(memory.presence <#> %(probe)s::sparsevec), 0)::integer as matched,
        compared.similarity
    from memory
    left join compared on compared.memory_id = memory.memory_id
    where memory.tenant_id = %(tenant_id)s
        and (%(user_id)s::text is null or memory.user_id = %(user_id)s)
    -- include part_memory_filter
),

term as (
    select
        query.dimension,
        count(scope.memory_id) as memories,
        ln(1 + (
            (select count(*) from scope) - count(scope.memory_id) + 0.5
        ) / (count(scope.memory_id) + 0.5)) as idf
    from unnest(%(dimensions)s::integer[]) with ordinality as query (dimension, place)
    left join scope on scope.matched & (1 << (query.place - 1)::integer) <> 0
    group by query.dimension
),

question as materialized (
    select (
        '{' || string_agg(dimension || ':' || idf, ',' order by dimension) || '}/1000000000'
    )::sparsevec as terms,
        -- About what a memory scores that holds each of the terms once.
        sum(idf) filter (where memories > 0) as full_match
    from term
),

signal as materialized (
    select
        memory_id,
        flagged,
        similarity,
        case
            when matched <> 0 then -(weights <#> (select terms from question))
            else 0
        end as bm25
    from scope
),

-- The cosine of unrelated texts is about 0, so that is the floor, or lower where lower was seen; a
-- best match that is no match does not reach the ceiling.
bounds as materialized (
    select
        least(min(similarity), 0) as similarity_min,
        greatest(max(similarity), %(similarity_ceiling_min)s) as similarity_max,
        nullif(
            greatest(max(bm25), %(keyword_ceiling_share)s * (select full_match from question)), 0
        ) as bm25_max,
        count(*) filter (where similarity is null) as without_embedding
    from signal
),

scaled as (
    select
        signal.memory_id,
        -- What the write guard flagged counts less.
        coalesce(
            (signal.similarity - bounds.similarity_min)
            / (bounds.similarity_max - bounds.similarity_min), 0
        ) * case when signal.flagged then %(flagged_factor)s::double precision else 1 end as semantic,
        coalesce(signal.bm25 / bounds.bm25_max, 0)
        * case when signal.flagged then %(flagged_factor)s::double precision else 1 end as keyword,
        bounds.without_embedding
    from signal
    cross join bounds
    -- Without a vector, only its words can say that a memory has to do with the query.
    where signal.similarity is not null or signal.bm25 > 0
),

ranked as (
    select
        memory_id,
        semantic,
        keyword,
        %(semantic_weight)s::double precision * semantic
        + %(keyword_weight)s::double precision * keyword as evidence,
        without_embedding
    from scaled
),

-- Cut before the memories themselves are read.
best as materialized (
    select * from ranked
    where
        %(after_evidence)s::double precision is null
        or evidence < %(after_evidence)s
        or (evidence = %(after_evidence)s and memory_id > %(after_id)s::uuid)
    order by evidence desc, memory_id
    limit %(limit)s
)

select
    -- include part_memory_columns
    ,
    best.semantic,
    best.keyword,
    best.evidence,
    best.without_embedding
from best
inner join memory
    on memory.memory_id = best.memory_id
where memory.tenant_id = %(tenant_id)s
    and memory.memory_id = any(array(select best.memory_id from best))
order by best.evidence desc, best.memory_id
