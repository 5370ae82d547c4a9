update persona
set
    name = %(persona_name)s,
    description = %(description)s,
    system_prompt = %(system_prompt)s,
    provider = %(provider)s,
    model = %(model)s,
    temperature = %(temperature)s,
    memory_scope = %(memory_scope)s,
    tags = %(tags)s,
    update_time = %(now)s,
    version = persona.version + 1
where persona.tenant_id = %(tenant_id)s
    and persona.user_id = %(user_id)s
    and persona.persona_id = %(persona_id)s
returning
    -- include part_persona_columns
