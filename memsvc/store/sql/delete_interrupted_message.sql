-- What an earlier attempt left of an answer makes room for the whole one.
delete from memory
where memory.tenant_id = %(tenant_id)s
    and memory.user_id = %(user_id)s
    and memory.message_id = %(message_id)s
    and memory.interrupted
