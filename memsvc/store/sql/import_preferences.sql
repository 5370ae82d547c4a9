-- What was said here stays.
insert into preferences (
    tenant_id, user_id, response_style, nickname, occupation, custom_instructions, language, tone,
    response_length, topics_of_interest, update_time
)
select
    %(tenant_id)s, %(user_id)s, record.response_style, record.nickname, record.occupation,
    record.custom_instructions, record.language, record.tone, record.response_length,
    record.topics_of_interest, record.update_time
from jsonb_populate_record(null::preferences, %(record)s::jsonb) as record
on conflict do nothing
