-- Facts that come close in meaning to one of those given and give their slot another value: candidates
-- for being the same. The newer one of the two is a present fact; each pair comes once.
select
    case when pair.other_first then other.memory_id else fresh.memory_id end as older_id,
    case when pair.other_first then fresh.memory_id else other.memory_id end as newer_id
from memory as fresh
inner join memory_embedding as fresh_vector
    on fresh_vector.tenant_id = %(tenant_id)s
    and fresh_vector.memory_id = fresh.memory_id
    and fresh_vector.space_id = %(space_id)s
inner join memory as other
    on other.tenant_id = %(tenant_id)s
    and other.user_id = %(user_id)s
    and other.kind = 1
    and other.slot = fresh.slot
    and other.author = fresh.author
    and other.temporal_state = fresh.temporal_state
    and other.ends = fresh.ends
    and other.value_key <> fresh.value_key
inner join memory_embedding as other_vector
    on other_vector.tenant_id = %(tenant_id)s
    and other_vector.memory_id = other.memory_id
    and other_vector.space_id = %(space_id)s
cross join lateral (
    select (other.create_time, other.memory_id) < (fresh.create_time, fresh.memory_id) as other_first
) as pair
where fresh.tenant_id = %(tenant_id)s
    and fresh.user_id = %(user_id)s
    and fresh.memory_id = any(%(memory_ids)s::uuid[])
    and fresh.slot <> ''
    and (pair.other_first or other.memory_id <> all(%(memory_ids)s::uuid[]))
    and case when pair.other_first then fresh.superseded_time else other.superseded_time end is null
    and -(other_vector.embedding <#> fresh_vector.embedding) >= %(similarity_min)s
order by
    case when pair.other_first then other.create_time else fresh.create_time end,
    older_id,
    newer_id
