insert into persona (
    tenant_id, user_id, persona_id, name, description, system_prompt, provider, model, temperature,
    memory_scope, tags, create_time, update_time
)
select
    %(tenant_id)s, %(user_id)s, record.persona_id, record.name, record.description,
    record.system_prompt, record.provider, record.model, record.temperature, record.memory_scope,
    record.tags, record.create_time, record.update_time
from jsonb_populate_recordset(null::persona, %(records)s::jsonb) as record
on conflict do nothing
