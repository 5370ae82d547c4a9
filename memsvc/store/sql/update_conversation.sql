-- What is null stays as it is. Nothing was said: update_time stays.
update conversation
set
    title = coalesce(%(title)s, conversation.title),
    pinned = coalesce(%(pinned)s, conversation.pinned),
    metadata = coalesce(%(metadata)s::jsonb, conversation.metadata),
    project_id = coalesce(%(project_id)s, conversation.project_id),
    archive_time = case
        when %(archived)s::boolean is null then conversation.archive_time
        when %(archived)s then coalesce(conversation.archive_time, %(now)s)
    end,
    version = conversation.version + 1
where conversation.tenant_id = %(tenant_id)s
    and conversation.user_id = %(user_id)s
    and conversation.conversation_id = %(conversation_id)s
