-- A space without vectors is none to go back to.
update embedding_space
set retire_time = null
where not embedding_space.active
