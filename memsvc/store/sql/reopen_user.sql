delete from erased_user
where erased_user.tenant_id = %(tenant_id)s
    and erased_user.user_hash = user_hash(%(tenant_id)s, %(user_id)s)
    and erased_user.purge_time is not null
returning erased_user.user_hash
