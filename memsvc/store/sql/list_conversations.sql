-- Pinned ones first, then those in which something was said last; the page before ended with
-- (after_pinned, after_update_time, after_id). Only what is on the page is looked into.
select
    -- include part_conversation_columns
from (
    select
        conversation.user_id,
        conversation.conversation_id,
        conversation.project_id,
        conversation.agent_id,
        conversation.title,
        conversation.pinned,
        conversation.metadata,
        conversation.archive_time,
        conversation.create_time,
        conversation.update_time,
        conversation.version,
        conversation.number
    from conversation
    where conversation.tenant_id = %(tenant_id)s
        and conversation.user_id = %(user_id)s
        and (
            %(archived)s::boolean is null
            or (conversation.archive_time is not null) = %(archived)s
        )
        and (%(project_id)s::text is null or conversation.project_id = %(project_id)s)
        and (%(agent_id)s::text is null or conversation.agent_id = %(agent_id)s)
        and (
            %(query)s::text is null or strpos(lower(conversation.title), lower(%(query)s)) > 0
        )
        and (
            %(after_update_time)s::timestamptz is null
            or (conversation.pinned, conversation.update_time, conversation.conversation_id)
            < (%(after_pinned)s::boolean, %(after_update_time)s, %(after_id)s::text)
        )
    order by
        conversation.pinned desc, conversation.update_time desc, conversation.conversation_id desc
    limit %(limit)s
) as conversation
-- include part_conversation_content
order by conversation.pinned desc, conversation.update_time desc, conversation.conversation_id desc
