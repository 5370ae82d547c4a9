-- Only if they are still of the version that was read: 0 if there were none.
insert into preferences (
    tenant_id, user_id, response_style, nickname, occupation, custom_instructions, language, tone,
    response_length, topics_of_interest, update_time, version
)
values (
    %(tenant_id)s, %(user_id)s, %(response_style)s, %(nickname)s, %(occupation)s,
    %(custom_instructions)s, %(language)s, %(tone)s, %(response_length)s, %(topics_of_interest)s,
    %(now)s, %(version)s + 1
)
on conflict (tenant_id, user_id) do update set
    response_style = excluded.response_style,
    nickname = excluded.nickname,
    occupation = excluded.occupation,
    custom_instructions = excluded.custom_instructions,
    language = excluded.language,
    tone = excluded.tone,
    response_length = excluded.response_length,
    topics_of_interest = excluded.topics_of_interest,
    update_time = excluded.update_time,
    version = excluded.version
where preferences.version = excluded.version - 1
returning
    -- include part_preferences_columns
