    -- One row of columns: a row a candidate would cost more to read than all that is done here.
    array_agg(candidate.memory_id) as memory_ids,
    array_agg(coalesce(candidate.place, -1)) as places,
    array_agg(candidate.author) as authors,
    array_agg(candidate.importance) as importances,
    array_agg(candidate.confidence) as confidences,
    array_agg(extract(epoch from candidate.valid_from_time)::double precision) as event_times,
    array_agg(extract(epoch from candidate.last_time)::double precision) as last_times,
    array_agg(candidate.matched) as matched,
    array_agg(candidate.bm25) as keyword_scores,
    array_agg(candidate.similarity) as similarities,
    (select question.idfs from question) as idfs,
    (select question.holders from question) as holders
