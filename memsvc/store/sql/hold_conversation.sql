-- Held until the end of the transaction: who would say something in it waits, who only refers to it does not.
select
    conversation.project_id,
    conversation.version
from conversation
where conversation.tenant_id = %(tenant_id)s
    and conversation.user_id = %(user_id)s
    and conversation.conversation_id = %(conversation_id)s
for no key update
