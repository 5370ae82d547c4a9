-- By their ids as bytes: the built-in ones are put between them. Of two with the same id the user's own,
-- whatever its tags are. One with the id of a built-in one is told of in any case, since it hides that.
select
    -- include part_persona_columns
from (
    select distinct on (persona.persona_id collate "C")
        -- include part_persona_columns
    from persona
    where persona.tenant_id = %(tenant_id)s
        and persona.user_id in ('', %(user_id)s)
        and persona.persona_id > %(after)s collate "C"
    order by persona.persona_id collate "C", persona.user_id desc
) as persona
where %(tags_any)s::text[] = '{}'
    or persona.tags && %(tags_any)s::text[]
    or persona.persona_id = any(%(built_in_ids)s::text[])
order by persona.persona_id collate "C"
limit %(limit)s
