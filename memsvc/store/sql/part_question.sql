-- The query's terms as a vector of idf weights, and the same in the order of the query.
question as materialized (
    select
        (
            '{' || string_agg(term.dimension || ':' || term.idf, ',' order by term.dimension)
            || '}/1000000000'
        )::sparsevec as terms,
        array_agg(term.idf order by term.ordinal) as idfs,
        array_agg(term.memories order by term.ordinal) as holders
    from term
)
