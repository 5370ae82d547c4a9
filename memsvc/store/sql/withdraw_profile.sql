-- The profile may tell of what is gone: it is empty until it is written anew.
insert into profile (tenant_id, user_id, changed_time, withdrawn_count)
values (%(tenant_id)s, %(user_id)s, now(), 1)
on conflict (tenant_id, user_id) do update set
    summary = '',
    key_traits = '{}',
    update_time = null,
    trust = null,
    changed_time = excluded.changed_time,
    withdrawn_count = profile.withdrawn_count + 1
