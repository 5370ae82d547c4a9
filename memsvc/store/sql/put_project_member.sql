insert into project_member (tenant_id, project_id, user_id, role, create_time)
values (%(tenant_id)s, %(project_id)s, %(user_id)s, %(role)s, %(now)s)
on conflict (tenant_id, project_id, user_id) do nothing
