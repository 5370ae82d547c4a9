select
    -- include part_account_columns
from account
where account.tenant_id = %(tenant_id)s
    and account.account_id = %(account_id)s
