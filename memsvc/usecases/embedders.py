"""The embedders that there are by the settings, of which only the one that is needed is loaded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from memsvc.core.model import EmbeddingSpace
from memsvc.providers.embedding import Embedder, EmbeddingUnavailable
from memsvc.providers.minilm_graph import ModelFileError

#: What loading an embedder may raise.
LOAD_FAILURES: Final = (EmbeddingUnavailable, ModelFileError, OSError)


@dataclass(frozen=True, slots=True)
class NamedEmbedder:
    """An embedder that can be loaded."""

    name: str
    #: Its model, as its maker writes it.
    model: str
    #: Raises one of LOAD_FAILURES.
    load: Callable[[], Awaitable[Embedder]]
    #: Whether its space may be this one, as far as that is known before it is loaded.
    may_be_of: Callable[[EmbeddingSpace], bool]


@dataclass(frozen=True, slots=True)
class Embedders:
    """Every embedder of the settings."""

    #: The one that decides the space of an empty database; None to rank by words there.
    default: NamedEmbedder | None
    others: Sequence[NamedEmbedder] = ()
    #: Whether a server without the embedder of the database's vectors is to refuse to start.
    strict: bool = False

    @property
    def all(self) -> list[NamedEmbedder]:
        """All of them, the default one first."""
        return [*([self.default] if self.default else []), *self.others]

    async def first(self) -> Embedder:
        """Return the default one; raises one of LOAD_FAILURES."""
        if self.default is None:
            message = "no embedder is configured"
            raise EmbeddingUnavailable(message)
        return await self.default.load()

    async def of(self, space: EmbeddingSpace) -> Embedder | None:
        """Return the one that makes the vectors of *space*, None if there is none.

        Raises one of LOAD_FAILURES where there may be one, or where there is no embedder at all.
        """
        if not self.all:
            return await self.first()
        failure: Exception | None = None
        for one in self.all:
            if not one.may_be_of(space):
                continue
            try:
                embedder = await one.load()
            except LOAD_FAILURES as error:
                failure = failure or error
                continue
            if embedder.space == space:
                return embedder
            await embedder.close()
        if failure is not None:
            raise failure
        return None
