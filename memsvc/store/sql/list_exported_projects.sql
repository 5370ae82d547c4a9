-- One JSON object a project whose owner a user is before all others, ready to be handed over. Who else is a member is
-- not the user's to hand over.
select
    project.project_id,
    jsonb_build_object(
        'type', 'project',
        'project_id', project.project_id,
        'name', project.name,
        'description', project.description,
        'technologies', project.technologies,
        'settings', project.settings,
        'create_time', project.create_time,
        'update_time', project.update_time
    )::text as line
from project
where project.tenant_id = %(tenant_id)s
    and project.user_id = %(user_id)s
    and (%(after)s::text is null or project.project_id > %(after)s)
order by project.project_id
limit %(limit)s
