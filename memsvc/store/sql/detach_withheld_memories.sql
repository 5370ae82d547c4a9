update withheld_memory
set
    conversation_id = null,
    record = withheld_memory.record || '{"conversation_id": null}'
where withheld_memory.tenant_id = %(tenant_id)s
    and withheld_memory.user_id = %(user_id)s
    and withheld_memory.conversation_id = %(conversation_id)s
