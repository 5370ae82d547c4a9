-- Present facts of one slot that come close in meaning to an older one: candidates for being the same.
select
    older.memory_id as older_id,
    newer.memory_id as newer_id
from memory as newer
inner join memory_embedding as newer_vector
    on newer_vector.tenant_id = %(tenant_id)s
    and newer_vector.memory_id = newer.memory_id
    and newer_vector.space_id = %(space_id)s
inner join memory as older
    on older.tenant_id = %(tenant_id)s
    and older.user_id = newer.user_id
    and older.kind = 1
    and older.slot = newer.slot
    and older.author = newer.author
    and older.temporal_state = newer.temporal_state
    and older.ends = newer.ends
    and older.value_key <> newer.value_key
    and (older.create_time, older.memory_id) < (newer.create_time, newer.memory_id)
inner join memory_embedding as older_vector
    on older_vector.tenant_id = %(tenant_id)s
    and older_vector.memory_id = older.memory_id
    and older_vector.space_id = %(space_id)s
where newer.tenant_id = %(tenant_id)s
    and newer.user_id = %(user_id)s
    and newer.kind = 1
    and newer.slot <> ''
    and newer.superseded_time is null
    and -(older_vector.embedding <#> newer_vector.embedding) >= %(similarity_min)s
order by older.create_time, older.memory_id, newer.memory_id
limit %(limit)s
