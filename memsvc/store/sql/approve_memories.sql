-- The signals of these memories count no more; they stay to be seen.
update memory
set
    flags = array(
        select case when position(':' in flag) > 0 then flag else 'approved:' || flag end
        from unnest(memory.flags) as flag
    ),
    source_flags = array(
        select (
            select coalesce(string_agg(
                case when position(':' in flag) > 0 then flag else 'approved:' || flag end, ','
            ), '')
            from unnest(string_to_array(item.flags, ',')) as flag
        )
        from unnest(memory.source_flags) with ordinality as item (flags, place)
        order by item.place
    ),
    flagged = false,
    version = memory.version + 1
where memory.tenant_id = %(tenant_id)s
    and memory.memory_id = any(%(memory_ids)s::uuid[])
returning
    -- include part_memory_columns
