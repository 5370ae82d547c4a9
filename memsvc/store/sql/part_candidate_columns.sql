    memory.memory_id,
    memory.place,
    memory.author,
    memory.importance,
    memory.confidence,
    memory.flagged,
    memory.valid_from_time,
    greatest(memory.valid_from_time, memory.refresh_time) as last_time,
    -- Bit i is set if the memory has the query's term i.
    coalesce(-(memory.presence <#> %(probe)s::sparsevec), 0)::integer as matched,
    coalesce(-(memory.weights <#> (select question.terms from question)), 0) as bm25,
    -- Both vectors have length 1: the inner product is the cosine.
    (
        select -(memory_embedding.embedding <#> %(embedding)b::vector)
        from memory_embedding
        where memory_embedding.tenant_id = %(tenant_id)s
            and memory_embedding.memory_id = memory.memory_id
            and memory_embedding.space_id = %(space_id)s
    ) as similarity
