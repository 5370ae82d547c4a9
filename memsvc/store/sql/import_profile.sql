insert into profile (tenant_id, user_id, summary, key_traits, update_time, trust, changed_time)
select
    %(tenant_id)s, %(user_id)s, record.summary, record.key_traits, record.update_time,
    record.trust, %(now)s
from jsonb_populate_record(null::profile, %(record)s::jsonb) as record
on conflict do nothing
