-- The first embedder decides the space of an empty installation.
insert into embedding_space (model, revision, dimension, active, create_time)
select %(model)s, %(revision)s, %(dimension)s, true, %(now)s
where not exists (select from embedding_space where active)
on conflict do nothing
