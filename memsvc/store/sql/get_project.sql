-- As one of its members sees it.
select
    -- include part_project_columns
from project_member
inner join project
    on project.tenant_id = %(tenant_id)s
    and project.project_id = project_member.project_id
where project_member.tenant_id = %(tenant_id)s
    and project_member.project_id = %(project_id)s
    and project_member.user_id = %(user_id)s
