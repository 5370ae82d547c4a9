-- The one of exactly this owner.
select
    -- include part_persona_columns
from persona
where persona.tenant_id = %(tenant_id)s
    and persona.user_id = %(user_id)s
    and persona.persona_id = %(persona_id)s
for no key update
