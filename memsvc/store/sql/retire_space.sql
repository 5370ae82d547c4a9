update embedding_space
set active = false, retire_time = %(now)s
where embedding_space.active and embedding_space.space_id <> %(space_id)s
