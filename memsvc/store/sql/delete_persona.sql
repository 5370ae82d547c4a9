delete from persona
where persona.tenant_id = %(tenant_id)s
    and persona.user_id = %(user_id)s
    and persona.persona_id = %(persona_id)s
returning true as deleted
