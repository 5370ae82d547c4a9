insert into conversation (
    tenant_id, user_id, conversation_id, project_id, agent_id, title, pinned, metadata, create_time,
    update_time
)
values (
    %(tenant_id)s, %(user_id)s, %(conversation_id)s, %(project_id)s, %(agent_id)s, %(title)s,
    %(pinned)s, %(metadata)s::jsonb, %(now)s, %(now)s
)
on conflict (tenant_id, user_id, conversation_id) do nothing
returning conversation.conversation_id
