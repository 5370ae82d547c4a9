select
    erased_user.user_hash,
    erased_user.erase_time,
    erased_user.purge_time,
    erased_user.compact_time,
    erased_user.removed,
    erased_user.audit_sequence
from erased_user
where erased_user.tenant_id = %(tenant_id)s
    and erased_user.user_hash = user_hash(%(tenant_id)s, %(user_id)s)
for update
