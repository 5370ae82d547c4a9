-- Held until the end of the transaction, as by hold_conversation.
select conversation.conversation_id
from conversation
where conversation.tenant_id = %(tenant_id)s
    and conversation.user_id = %(user_id)s
    and conversation.conversation_id = any(%(conversation_ids)s::text[])
order by conversation.conversation_id
for no key update
