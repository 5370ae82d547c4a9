insert into conversation (
    tenant_id, user_id, conversation_id, project_id, agent_id, title, create_time, update_time,
    message_count, pinned, archive_time, metadata
)
select
    %(tenant_id)s, %(user_id)s, record.conversation_id, record.project_id, record.agent_id,
    record.title, record.create_time, record.update_time, record.message_count,
    record.pinned, record.archive_time, record.metadata
from jsonb_populate_recordset(null::conversation, %(records)s::jsonb) as record
on conflict do nothing
returning conversation.conversation_id
