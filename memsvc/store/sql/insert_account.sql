-- No row comes back for a login that is taken.
insert into account (
    tenant_id, account_id, login, display_name, password_hash, role, user_id, create_time, update_time
)
values (
    %(tenant_id)s, %(account_id)s, %(login)s, %(display_name)s, %(password_hash)s, %(role)s,
    %(user_id)s, %(now)s, %(now)s
)
on conflict (tenant_id, login) do nothing
returning
    -- include part_account_columns
