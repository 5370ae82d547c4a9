-- Gives a conversation its title unless it has one.
update conversation
set title = %(title)s
where conversation.tenant_id = %(tenant_id)s
    and conversation.user_id = %(user_id)s
    and conversation.conversation_id = %(conversation_id)s
    and conversation.title = ''
returning true as named
