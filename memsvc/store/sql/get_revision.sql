-- This transaction's number: a later snapshot knows whether it holds it.
select pg_current_xact_id()::text::bigint as revision
