-- Waits for those who write for the user, and keeps others from it until the transaction ends.
select pg_advisory_xact_lock(
    hashtextextended('user ' || %(tenant_id)s::text || chr(10) || %(user_id)s::text, 0)
) as held
