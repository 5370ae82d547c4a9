"""A space and its embedder, kept together while the model may be changed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from cachetools import LRUCache

from memsvc.core.hidden_characters import visible
from memsvc.core.model import Vector
from memsvc.providers.embedding import Embedder, EmbeddingUnavailable
from memsvc.store.embeddings import ActiveSpace
from memsvc.telemetry import log

#: After this many failures in a row nobody waits for the embedder for PAUSE_SECONDS.
FAILURES_MAX: Final = 3
PAUSE_SECONDS: Final = 2.0
#: Vectors of the latest queries that are kept, by tenant and exact text, some 2 KB each; a query
#: longer than this many characters is not.
QUERIES_KEPT: Final = 4096
QUERY_CHARACTERS_KEPT: Final = 512


@dataclass(slots=True)
class ServingSpace:
    """The space that a server embeds and ranks in, and everything that goes with it.

    A call takes hold of it once, so that its vectors and their space belong together even if the
    model is changed meanwhile.
    """

    active: ActiveSpace
    #: None if it cannot be had.
    embedder: Embedder | None
    #: Whether that is because there is none of this space.
    mismatch: bool = False
    failures: int = 0
    #: By the event loop's clock.
    paused_until: float = 0.0
    #: Calls of the embedder under way: it is not to be closed before they have ended.
    uses: int = 0
    queries: LRUCache[tuple[str, str], Vector] = field(
        default_factory=lambda: LRUCache(QUERIES_KEPT)
    )

    async def vectors(
        self, texts: Sequence[str], seconds: float, *, query: bool, counted: bool = True
    ) -> list[Vector] | None:
        """Return vectors, None for none; a failure that is *counted* may make all calls pause.

        They may take so many *seconds*. With *query* there is one text, which is searched by.
        """
        now = asyncio.get_running_loop().time()
        if self.embedder is None or now < self.paused_until:
            return None
        self.uses += 1
        # What nobody sees is no part of what a text means; a text of nothing else stays as it is.
        texts = [visible(text) or text for text in texts]
        try:
            if query:
                vectors = [await self.embedder.embed_query(texts[0], timeout=seconds)]
            else:
                vectors = list(await self.embedder.embed(texts, timeout=seconds))
        except EmbeddingUnavailable as error:
            self.failures += counted
            if self.failures >= FAILURES_MAX:
                self.paused_until = now + PAUSE_SECONDS
            log.warning("embedding_failed", error=str(error), failures=self.failures)
            return None
        finally:
            self.uses -= 1
        self.failures = 0
        return vectors

    async def close(self) -> None:
        """Let go of the embedder."""
        if self.embedder is not None:
            await self.embedder.close()
