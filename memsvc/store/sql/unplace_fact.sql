-- A fact that is worded anew, takes another one's value or goes to another slot has no place among the
-- others until it is given one.
update memory
set exclusive = false, value = coalesce(%(value)s, memory.value), value_key = %(value_key)s
where memory.tenant_id = %(tenant_id)s
    and memory.memory_id = %(memory_id)s
    and memory.kind = 1
