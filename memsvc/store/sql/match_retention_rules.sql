-- For each memory of a user the first rule that matches it. Rules are rows of JSON in their order, with
-- nothing in a field that does not matter; ages are seconds. What is pinned or essential matches none.
with own as (
    select
        memory.memory_id,
        memory.kind,
        memory.category,
        memory.tags,
        memory.project_id,
        memory.importance,
        memory.valid_from_time,
        memory.superseded_time is not null as superseded,
        memory.pinned or memory.essential as kept,
        conversation.update_time as conversation_time,
        row_number() over (
            order by memory.importance desc, memory.valid_from_time desc, memory.memory_id
        ) as rank
    from memory
    left join conversation
        on conversation.tenant_id = %(tenant_id)s
        and conversation.user_id = memory.user_id
        and conversation.conversation_id = memory.conversation_id
    where memory.tenant_id = %(tenant_id)s
        and memory.user_id = %(user_id)s
)

select
    own.memory_id,
    first_match.ordinal::integer as ordinal
from own
cross join lateral (
    select rule.ordinal
    from rows from (
        jsonb_to_recordset(%(rules)s::jsonb) as (
            age_over double precision,
            importance_under double precision,
            conversation_idle_over double precision,
            beyond_count bigint,
            kinds smallint[],
            categories text[],
            tags_any text[],
            project_ids text[],
            user_ids text[],
            superseded boolean
        )
    ) with ordinality as rule (
        age_over, importance_under, conversation_idle_over, beyond_count, kinds, categories,
        tags_any, project_ids, user_ids, superseded, ordinal
    )
    where (
        rule.age_over is null
        or own.valid_from_time < %(now)s::timestamptz - make_interval(secs => rule.age_over)
    )
    and (rule.importance_under is null or own.importance < rule.importance_under)
    and (
        rule.conversation_idle_over is null
        or own.conversation_time
        < %(now)s::timestamptz - make_interval(secs => rule.conversation_idle_over)
    )
    and (rule.beyond_count is null or own.rank > rule.beyond_count)
    and (rule.kinds is null or own.kind = any(rule.kinds))
    and (rule.categories is null or own.category = any(rule.categories))
    and (rule.tags_any is null or own.tags && rule.tags_any)
    and (rule.project_ids is null or own.project_id = any(rule.project_ids))
    and (rule.user_ids is null or %(user_id)s = any(rule.user_ids))
    and (rule.superseded is null or own.superseded)
    order by rule.ordinal
    limit 1
) as first_match
where not own.kept
order by own.memory_id
