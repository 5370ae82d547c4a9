insert into project (
    tenant_id, project_id, user_id, name, description, technologies, settings, create_time, update_time
)
values (
    %(tenant_id)s, %(project_id)s, %(user_id)s, %(project_name)s, %(description)s, %(technologies)s,
    %(settings)s::jsonb, %(now)s, %(now)s
)
