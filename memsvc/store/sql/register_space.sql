insert into embedding_space (model, revision, dimension, active, create_time)
values (%(model)s, %(revision)s, %(dimension)s, false, %(now)s)
on conflict (model, revision, dimension) do nothing
