-- Adds what was removed to what was removed before.
update erased_user
set
    removed = (
        select coalesce(jsonb_object_agg(step.table_name, step.row_count), '{}')
        from (
            select
                both_counts.key as table_name,
                sum(both_counts.value::bigint) as row_count
            from (
                select kept.key, kept.value from jsonb_each_text(erased_user.removed) as kept
                union all
                select added.key, added.value from jsonb_each_text(%(removed)s::jsonb) as added
            ) as both_counts
            group by both_counts.key
        ) as step
    ),
    purge_time = case when %(complete)s then %(now)s::timestamptz end,
    pending_user_id = case when not %(complete)s then erased_user.pending_user_id end
where erased_user.tenant_id = %(tenant_id)s
    and erased_user.user_hash = user_hash(%(tenant_id)s, %(user_id)s)
    and erased_user.purge_time is null
