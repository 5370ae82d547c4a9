select
    conversation.user_id,
    conversation.conversation_id,
    conversation.title
from conversation
where conversation.tenant_id = %(tenant_id)s
    and (conversation.user_id, conversation.conversation_id)
        in (select * from unnest(%(user_ids)s::text[], %(conversation_ids)s::text[]))
    and conversation.title <> ''
