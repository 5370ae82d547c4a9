-- What changed while this was worked out is consolidated the next time. If something went meanwhile, the
-- profile may tell of it, and is not written.
insert into profile (
    tenant_id, user_id, summary, key_traits, update_time, changed_time, consolidated_time, trust
)
values (
    %(tenant_id)s, %(user_id)s, %(summary)s, %(key_traits)s, %(now)s, null, now(), %(trust)s
)
on conflict (tenant_id, user_id) do update set
    summary = excluded.summary,
    key_traits = excluded.key_traits,
    update_time = case
        when profile.update_time is not null
            and profile.summary = excluded.summary
            and profile.key_traits = excluded.key_traits
            then profile.update_time
        else excluded.update_time
    end,
    changed_time = case
        when profile.changed_time > %(read_time)s then profile.changed_time
    end,
    consolidated_time = excluded.consolidated_time,
    trust = excluded.trust
where profile.withdrawn_count = %(withdrawn_count)s
