select pg_visible_in_snapshot(%(revision)s::text::xid8, pg_current_snapshot()) as visible
