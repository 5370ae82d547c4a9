-- One JSON object a conversation, ready to be handed over.
select
    conversation.conversation_id,
    jsonb_build_object(
        'type', 'conversation',
        'conversation_id', conversation.conversation_id,
        'project_id', conversation.project_id,
        'agent_id', conversation.agent_id,
        'title', conversation.title,
        'pinned', conversation.pinned,
        'archive_time', conversation.archive_time,
        'metadata', conversation.metadata,
        'create_time', conversation.create_time,
        'update_time', conversation.update_time,
        'message_count', conversation.message_count
    )::text as line
from conversation
where conversation.tenant_id = %(tenant_id)s
    and conversation.user_id = %(user_id)s
    and (%(after)s::text is null or conversation.conversation_id > %(after)s)
order by conversation.conversation_id
limit %(limit)s
