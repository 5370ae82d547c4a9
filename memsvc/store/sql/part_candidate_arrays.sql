    -- One row, each column in the wire's own bytes: a row a candidate, or a list of numbers, would cost
    -- more to read than all that is done here.
    coalesce(string_agg(uuid_send(candidate.memory_id), ''), '') as memory_ids,
    coalesce(string_agg(int8send(coalesce(candidate.place, -1)), ''), '') as places,
    coalesce(array_agg(candidate.author), '{}') as authors,
    coalesce(string_agg(float4send(candidate.importance), ''), '') as importances,
    coalesce(string_agg(float4send(candidate.confidence), ''), '') as confidences,
    coalesce(
        string_agg(case when candidate.flagged then '\x01'::bytea else '\x00'::bytea end, ''), ''
    ) as flagged,
    coalesce(string_agg(
        float8send(extract(epoch from candidate.valid_from_time)::double precision), ''
    ), '') as event_times,
    coalesce(string_agg(
        float8send(extract(epoch from candidate.last_time)::double precision), ''
    ), '') as last_times,
    coalesce(string_agg(int4send(candidate.matched), ''), '') as matched,
    coalesce(string_agg(float8send(candidate.bm25), ''), '') as keyword_scores,
    coalesce(string_agg(
        float8send(coalesce(candidate.similarity, 'nan'::double precision)), ''
    ), '') as similarities,
    coalesce((select question.idfs from question), '{}') as idfs,
    coalesce((select question.holders from question), '{}') as holders
