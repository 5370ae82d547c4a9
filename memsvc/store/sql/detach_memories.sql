-- What stays of a conversation that goes belongs to none any more. It keeps its places: what was said beside it is
-- beside it still. The version tells whoever is drawing facts from it to read it again.
update memory
set conversation_id = null, update_time = %(now)s, version = memory.version + 1
where memory.tenant_id = %(tenant_id)s
    and memory.user_id = %(user_id)s
    and memory.conversation_id = %(conversation_id)s
