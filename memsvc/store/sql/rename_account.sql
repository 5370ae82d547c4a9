update account
set display_name = %(display_name)s, update_time = %(now)s
where account.tenant_id = %(tenant_id)s
    and account.account_id = %(account_id)s
returning
    -- include part_account_columns
