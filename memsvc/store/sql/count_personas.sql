select count(*) as personas
from persona
where persona.tenant_id = %(tenant_id)s
    and persona.user_id = %(user_id)s
