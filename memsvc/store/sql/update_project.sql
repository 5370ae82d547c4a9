-- What is null stays as it is.
update project
set
    name = coalesce(%(project_name)s, project.name),
    description = coalesce(%(description)s, project.description),
    technologies = coalesce(%(technologies)s::text[], project.technologies),
    settings = coalesce(%(settings)s::jsonb, project.settings),
    update_time = %(now)s,
    version = project.version + 1
where project.tenant_id = %(tenant_id)s
    and project.project_id = %(project_id)s
