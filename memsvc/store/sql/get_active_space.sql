select
    embedding_space.space_id,
    embedding_space.model,
    embedding_space.revision,
    embedding_space.dimension
from embedding_space
where embedding_space.active
