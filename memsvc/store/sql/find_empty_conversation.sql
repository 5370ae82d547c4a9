-- The newest conversation in which nothing was said, not even what is put aside.
select conversation.conversation_id
from conversation
where conversation.tenant_id = %(tenant_id)s
    and conversation.user_id = %(user_id)s
    and conversation.project_id = %(project_id)s
    and conversation.agent_id = %(agent_id)s
    and conversation.archive_time is null
    and not exists (
        select
        from memory
        where memory.tenant_id = %(tenant_id)s
            and memory.user_id = %(user_id)s
            and memory.place >= conversation.number * 16777216
            and memory.place < (conversation.number + 1) * 16777216
            and memory.conversation_id = conversation.conversation_id
    )
    and not exists (
        select
        from withheld_memory
        where withheld_memory.tenant_id = %(tenant_id)s
            and withheld_memory.user_id = %(user_id)s
            and withheld_memory.conversation_id = conversation.conversation_id
    )
order by conversation.create_time desc, conversation.conversation_id desc
limit 1
