    account.account_id,
    account.login,
    account.display_name,
    account.role,
    account.user_id,
    account.create_time,
    account.update_time
