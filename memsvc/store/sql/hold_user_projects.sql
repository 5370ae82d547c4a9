-- The projects of which a user is a member, held until the end of the transaction as by hold_project.
select project.project_id
from project
where project.tenant_id = %(tenant_id)s
    and project.project_id in (
        select project_member.project_id
        from project_member
        where project_member.tenant_id = %(tenant_id)s and project_member.user_id = %(user_id)s
    )
order by project.project_id
for no key update
