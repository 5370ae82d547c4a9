-- What was said in a conversation, and what comes from it, belongs to the project that it belongs to.
update memory
set project_id = %(project_id)s, update_time = %(now)s, version = memory.version + 1
where memory.tenant_id = %(tenant_id)s
    and memory.user_id = %(user_id)s
    and memory.conversation_id = %(conversation_id)s
    and memory.project_id <> %(project_id)s
