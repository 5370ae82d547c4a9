select
    embedding_space.space_id,
    embedding_space.model,
    embedding_space.revision,
    embedding_space.dimension,
    embedding_space.active,
    embedding_space.retire_time
from embedding_space
order by embedding_space.space_id
