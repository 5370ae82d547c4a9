-- The best passage of each memory. The text is cut where marking would become slow.
select
    memory.memory_id,
    ts_headline(
        'english', left(memory.content, 20000), websearch_to_tsquery('english', %(query)s),
        'StartSel=<b>, StopSel=</b>, MaxWords=40, MinWords=15'
    ) as snippet
from memory
where memory.tenant_id = %(tenant_id)s
    and memory.memory_id = any(%(memory_ids)s)
