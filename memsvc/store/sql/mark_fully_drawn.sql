update memory
set fully_drawn = %(fully_drawn)s
where memory.tenant_id = %(tenant_id)s
    and memory.memory_id = %(memory_id)s
    and memory.fully_drawn <> %(fully_drawn)s
