-- The user's own comes before the tenant's.
select
    -- include part_persona_columns
from persona
where persona.tenant_id = %(tenant_id)s
    and persona.user_id in ('', %(user_id)s)
    and persona.persona_id = %(persona_id)s
order by persona.user_id desc
limit 1
