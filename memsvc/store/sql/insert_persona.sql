insert into persona (
    tenant_id, user_id, persona_id, name, description, system_prompt, provider, model, temperature,
    memory_scope, tags, create_time, update_time
)
values (
    %(tenant_id)s, %(user_id)s, %(persona_id)s, %(persona_name)s, %(description)s, %(system_prompt)s,
    %(provider)s, %(model)s, %(temperature)s, %(memory_scope)s, %(tags)s, %(now)s, %(now)s
)
on conflict do nothing
returning
    -- include part_persona_columns
