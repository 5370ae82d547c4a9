-- Only in place of the one that was checked: of two changes at once one wins.
update account
set password_hash = %(password_hash)s, update_time = %(now)s
where account.tenant_id = %(tenant_id)s
    and account.account_id = %(account_id)s
    and account.password_hash = %(former_hash)s
returning true as changed
