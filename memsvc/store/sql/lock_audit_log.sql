-- One recorder of a tenant at a time, until its transaction ends.
select pg_advisory_xact_lock(hashtextextended('audit ' || %(tenant_id)s::text, 0)) as locked
