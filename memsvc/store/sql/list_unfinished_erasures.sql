select
    erased_user.tenant_id,
    erased_user.pending_user_id as user_id
from erased_user
where erased_user.purge_time is null
order by erased_user.erase_time
limit %(limit)s
