-- Whoever changes the facts of a slot waits here for the others, always in the same order.
select pg_advisory_xact_lock(slot.number) as locked
from (
    select distinct hashtextextended(%(tenant_id)s || chr(31) || %(user_id)s || chr(31) || item.name, 7)
        as number
    from unnest(%(names)s::text[]) as item (name)
    order by 1
) as slot
