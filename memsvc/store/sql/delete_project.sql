delete from project
where project.tenant_id = %(tenant_id)s
    and project.project_id = %(project_id)s
