select
    -- include part_conversation_columns
from conversation
-- include part_conversation_content
where conversation.tenant_id = %(tenant_id)s
    and conversation.user_id = %(user_id)s
    and conversation.conversation_id = %(conversation_id)s
