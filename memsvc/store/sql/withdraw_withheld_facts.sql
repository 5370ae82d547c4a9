-- Takes these messages out of the facts that are put aside and rest on others as well: out of all lists that
-- tell of the messages, by their places.
update withheld_memory
set
    record = withheld_memory.record || (
        select
            jsonb_object_agg(
                list.name,
                (
                    select coalesce(jsonb_agg(element.item order by element.place), '[]')
                    from jsonb_array_elements(withheld_memory.record -> list.name)
                    with ordinality as element (item, place)
                    inner join jsonb_array_elements_text(
                        withheld_memory.record -> 'source_message_ids'
                    ) with ordinality as source (message_id, place) on source.place = element.place
                    where source.message_id <> all(message.message_ids)
                )
            )
        from unnest(
            array[
                'source_message_ids',
                'source_times',
                'source_roles',
                'source_confidences',
                'source_classes',
                'source_flags'
            ]
        ) as list (name)
    )
from
-- include part_withheld_facts
