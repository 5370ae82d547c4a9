-- Stores messages; the ones whose message_id the user already has are left as they are and not
-- returned.
insert into memory (
    tenant_id, memory_id, user_id, kind, content, confidence, importance, metadata,
    source_message_ids, conversation_id, project_id, agent_id,
    valid_from_time, create_time, update_time, refresh_time,
    message_id, role, author, parent_message_id, presence, weights
)
select
    %(tenant_id)s, item.memory_id, %(user_id)s, 2, item.content, 1, item.importance, item.metadata,
    array[item.message_id], %(conversation_id)s, %(project_id)s, %(agent_id)s,
    item.event_time, %(now)s, %(now)s, item.event_time,
    item.message_id, item.role, item.author, item.parent_message_id,
    item.presence::sparsevec, item.weights::sparsevec
from unnest(
    %(memory_ids)s::uuid[], %(contents)s::text[], %(importances)s::real[], %(metadata)s::jsonb[],
    %(event_times)s::timestamptz[], %(message_ids)s::text[], %(roles)s::smallint[],
    %(authors)s::text[], %(parent_message_ids)s::text[], %(presences)s::text[], %(weights)s::text[]
) with ordinality as item (
    memory_id, content, importance, metadata, event_time, message_id, role, author,
    parent_message_id, presence, weights, place
)
order by item.place
on conflict (tenant_id, user_id, message_id) where message_id is not null do nothing
returning memory.memory_id
