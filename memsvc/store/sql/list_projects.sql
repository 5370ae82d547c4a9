-- Those of which a user is a member, the newest first; the page before ended with (after_create_time, after_id).
select
    -- include part_project_columns
from project_member
inner join project
    on project.tenant_id = %(tenant_id)s
    and project.project_id = project_member.project_id
where project_member.tenant_id = %(tenant_id)s
    and project_member.user_id = %(user_id)s
    and (
        %(after_create_time)s::timestamptz is null
        or (project.create_time, project.project_id) < (%(after_create_time)s, %(after_id)s::text)
    )
order by project.create_time desc, project.project_id desc
limit %(limit)s
