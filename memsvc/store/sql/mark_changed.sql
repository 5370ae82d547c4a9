-- The user's facts are to be consolidated.
insert into profile (tenant_id, user_id, changed_time)
values (%(tenant_id)s, %(user_id)s, now())
on conflict (tenant_id, user_id) do update set
    changed_time = coalesce(profile.changed_time, excluded.changed_time)
