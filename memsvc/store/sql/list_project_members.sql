-- Those who came first first, or the one who is named; the page before ended with (after_create_time, after_id).
select
    project_member.user_id,
    project_member.role,
    project_member.create_time
from project_member
where project_member.tenant_id = %(tenant_id)s
    and project_member.project_id = %(project_id)s
    and (%(user_id)s::text is null or project_member.user_id = %(user_id)s)
    and (
        %(after_create_time)s::timestamptz is null
        or (project_member.create_time, project_member.user_id)
        > (%(after_create_time)s, %(after_id)s::text)
    )
order by project_member.create_time, project_member.user_id
limit %(limit)s
