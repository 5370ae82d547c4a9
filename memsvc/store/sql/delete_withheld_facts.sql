-- Deletes the facts that are put aside and rest on these messages alone.
delete from withheld_memory
using
-- include part_withheld_facts
    and withheld_memory.record -> 'source_message_ids' <@ to_jsonb(message.message_ids)
