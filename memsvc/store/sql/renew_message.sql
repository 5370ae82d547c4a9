-- A message that says something else now: what was drawn from it has no bearing on it.
update memory
set
    fully_drawn = false,
    valid_to_time = null,
    superseded_by = null,
    superseded_time = null
where memory.tenant_id = %(tenant_id)s
    and memory.memory_id = %(memory_id)s
    and memory.kind = 2
