delete from conversation
where conversation.tenant_id = %(tenant_id)s
    and conversation.user_id = %(user_id)s
    and conversation.conversation_id = %(conversation_id)s
