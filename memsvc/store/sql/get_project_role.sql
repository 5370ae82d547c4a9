select project_member.role
from project_member
where project_member.tenant_id = %(tenant_id)s
    and project_member.project_id = %(project_id)s
    and project_member.user_id = %(user_id)s
