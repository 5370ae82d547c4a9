select
    account.account_id,
    account.password_hash
from account
where account.tenant_id = %(tenant_id)s
    and account.login = %(login)s
