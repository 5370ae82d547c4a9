select
    erased.table_name,
    erased.row_count
from erase_user_rows(%(tenant_id)s, %(user_id)s, %(rows_max)s) as erased
