-- Created on first use; later calls only say that something happened.
insert into conversation (
    tenant_id, user_id, conversation_id, project_id, agent_id, create_time, update_time
)
values (
    %(tenant_id)s, %(user_id)s, %(conversation_id)s, %(project_id)s, %(agent_id)s, %(now)s, %(now)s
)
on conflict (tenant_id, user_id, conversation_id) do update set update_time = excluded.update_time
