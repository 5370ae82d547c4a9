update embedding_space
set active = true, retire_time = null
where embedding_space.space_id = %(space_id)s
