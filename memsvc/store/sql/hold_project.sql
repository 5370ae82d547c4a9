-- Held until the end of the transaction: one at a time changes a project and its members.
select project.version
from project
where project.tenant_id = %(tenant_id)s
    and project.project_id = %(project_id)s
for no key update
