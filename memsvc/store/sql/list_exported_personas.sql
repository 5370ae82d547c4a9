-- A user's own ones.
select
    persona.persona_id,
    jsonb_build_object(
        'type', 'persona',
        'persona_id', persona.persona_id,
        'name', persona.name,
        'description', persona.description,
        'system_prompt', persona.system_prompt,
        'provider', persona.provider,
        'model', persona.model,
        'temperature', persona.temperature,
        'memory_scope', persona.memory_scope,
        'tags', persona.tags,
        'create_time', persona.create_time,
        'update_time', persona.update_time
    )::text as line
from persona
where persona.tenant_id = %(tenant_id)s
    and persona.user_id = %(user_id)s
    and (%(after)s::text is null or persona.persona_id > %(after)s)
order by persona.persona_id
limit %(limit)s
