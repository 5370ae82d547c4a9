"""Vectors for texts, where the embedder gives them, and a declared reason where it does not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, cast
from uuid import UUID

from cachetools import LRUCache

from memsvc.core.errors import InvalidFields
from memsvc.core.lexical import searchable
from memsvc.core.model import Caller, EmbeddingSpace, GivenEmbedding, Vector
from memsvc.providers.embedding import Embedder, EmbeddingUnavailable, checked
from memsvc.providers.minilm_graph import ModelFileError
from memsvc.store import embeddings
from memsvc.store.database import WORKER_SECONDS, Transaction
from memsvc.store.embeddings import ActiveSpace, NewEmbedding, PendingMemory
from memsvc.telemetry import log
from memsvc.usecases.context import Context

#: A query's embedding may take this share of the time that is left, so that an answer by words
#: still fits into the rest.
QUERY_TIME_SHARE: Final = 0.6
QUERY_SECONDS_MAX: Final = 2.0
#: With less time than this left, embedding is not tried.
QUERY_SECONDS_MIN: Final = 0.005
#: New texts may take longer: without vectors they wait for the worker.
TEXTS_SECONDS_MAX: Final = 8.0
#: After this many failures in a row nobody waits for the embedder for PAUSE_SECONDS.
FAILURES_MAX: Final = 3
PAUSE_SECONDS: Final = 2.0
#: Vectors of the latest queries that are kept, by tenant and exact text, some 2 KB each; a query
#: longer than this many characters is not.
QUERIES_KEPT: Final = 4096
QUERY_CHARACTERS_KEPT: Final = 512
#: How many memories the worker embeds at a time, and over how many tenants it looks.
BATCH: Final = 64
TENANTS: Final = 100
#: How long a memory steps back whose text the embedder refused, so that the others get their turn.
STEP_BACK: Final = timedelta(seconds=5)


class Degradation(StrEnum):
    """Why an answer is ranked on less than everything."""

    EMBEDDER_UNAVAILABLE = "EMBEDDER_UNAVAILABLE"
    EMBEDDING_SPACE_MISMATCH = "EMBEDDING_SPACE_MISMATCH"
    DEADLINE_SHORT = "DEADLINE_SHORT"
    EMBEDDINGS_PENDING = "EMBEDDINGS_PENDING"
    REPLY_SIZE = "REPLY_SIZE"


@dataclass(frozen=True, slots=True)
class EmbeddedQuery:
    """A query's vector and its space, or the reason why there is none."""

    vector: Vector | None = None
    space_id: int | None = None
    missing: Degradation | None = None

    def degradations(self, *, waiting: bool) -> list[Degradation]:
        """Return why an answer is ranked on less than everything; nothing if it is not.

        *waiting*: some memories in scope have no vector yet.
        """
        if self.missing is not None:
            return [self.missing]
        return [Degradation.EMBEDDINGS_PENDING] if waiting else []


@dataclass(frozen=True, slots=True)
class EmbeddedTexts:
    """Vectors in the order of the texts, None for one that has to wait, and their space."""

    vectors: Sequence[Vector | None]
    space_id: int | None = None

    async def keep(
        self, tx: Transaction, memories: Sequence[tuple[int, UUID, int]], now: datetime
    ) -> None:
        """Store the vectors of *memories* (place of the text, id, version), or let them wait."""
        ready, waiting = [], []
        for place, memory_id, version in memories:
            vector = self.vectors[place]
            if vector is None:
                waiting.append(memory_id)
            else:
                ready.append(NewEmbedding(memory_id, version, vector))
        await embeddings.mark_pending(tx, waiting, now=now)
        if self.space_id is not None:
            await embeddings.insert(tx, self.space_id, ready)


class Embedding:
    """The embedder as the use cases see it: it may be away, and says so."""

    def __init__(self, context: Context, load: Callable[[], Awaitable[Embedder]]) -> None:
        """Take the embedder from *load*, which is tried until it succeeds."""
        self._context = context
        self._load = load
        self._embedder: Embedder | None = None
        self._active: ActiveSpace | None = None
        self._failures = 0
        self._paused_until = 0.0
        self._reported = False
        self._queries: LRUCache[tuple[str, str], EmbeddedQuery] = LRUCache(QUERIES_KEPT)

    async def connect(self) -> bool:
        """Load the embedder and settle its space, unless that is done; return whether it is."""
        if self._embedder is None:
            try:
                self._embedder = await self._load()
            except (EmbeddingUnavailable, ModelFileError, OSError) as error:
                if not self._reported:
                    log.warning("embedder_unavailable", error=str(error))
                self._reported = True
                return False
        if self._active is None:
            self._active = await self._settle(self._embedder.space)
        return True

    async def _settle(self, ours: EmbeddingSpace) -> ActiveSpace:
        async with self._context.database.overview() as tx:
            active = await embeddings.active_space(tx, ours, now=self._context.clock())
        if active.space != ours:
            log.error(
                "embedding_space_mismatch",
                stored=f"{active.model} {active.revision} ({active.dimension})",
                configured=f"{ours.model} {ours.revision} ({ours.dimension})",
                consequence="ranking by words only; new memories wait for their vectors",
            )
        return active

    async def close(self) -> None:
        """Let go of the embedder."""
        if self._embedder is not None:
            await self._embedder.close()

    @property
    def space(self) -> EmbeddingSpace | None:
        """In which space memories are compared; None if they cannot be."""
        return self._active.space if self._active and not self._mismatch else None

    @property
    def space_id(self) -> int | None:
        """The number of that space; None if memories cannot be compared."""
        return self._active.space_id if self._active and not self._mismatch else None

    @property
    def _mismatch(self) -> bool:
        return (
            self._embedder is not None
            and self._active is not None
            and self._active.space != self._embedder.space
        )

    async def query(self, text: str, caller: Caller) -> EmbeddedQuery:
        """Return the vector of a query, or why there is none. Never raises for the embedder."""
        known = self._queries.get((caller.tenant_id, text))
        if known is not None:
            return known
        left = caller.deadline - asyncio.get_running_loop().time()
        if self._mismatch:
            return EmbeddedQuery(missing=Degradation.EMBEDDING_SPACE_MISMATCH)
        seconds = min(left * QUERY_TIME_SHARE, QUERY_SECONDS_MAX)
        if seconds < QUERY_SECONDS_MIN:
            return EmbeddedQuery(missing=Degradation.DEADLINE_SHORT)
        vectors = await self._vectors([text], seconds, query=True)
        if vectors is None or self._active is None:
            return EmbeddedQuery(missing=Degradation.EMBEDDER_UNAVAILABLE)
        embedded = EmbeddedQuery(vectors[0], self._active.space_id)
        if len(text) <= QUERY_CHARACTERS_KEPT:
            self._queries[caller.tenant_id, text] = embedded
        return embedded

    def given(self, embedding: GivenEmbedding) -> Vector:
        """Return a vector that a caller brought along, normalised.

        Raises InvalidFields unless it is one of the active space.
        """
        active = self._active
        if active is None or embedding.model != active.model:
            known = f'"{active.model}"' if active else "none yet"
            raise InvalidFields([
                (f"{embedding.field}.model", f"is not the model of the memories, which is {known}")
            ])
        try:
            return cast("Vector", checked(embedding.values[None, :], 1, active.dimension)[0])
        except EmbeddingUnavailable as error:
            fault = f"must be {active.dimension} finite numbers, not all 0"
            raise InvalidFields([(f"{embedding.field}.values", fault)]) from error

    async def texts(self, texts: Sequence[str], caller: Caller) -> EmbeddedTexts:
        """Return the vectors of new texts, none if they have to wait. Never raises for them."""
        left = caller.deadline - asyncio.get_running_loop().time()
        seconds = min(left * QUERY_TIME_SHARE, TEXTS_SECONDS_MAX)
        space_id = self._active.space_id if self._active else None
        vectors: Sequence[Vector | None] | None = None
        if texts and not self._mismatch and seconds >= QUERY_SECONDS_MIN:
            vectors = await self._vectors(texts, seconds, query=False)
        if vectors is None or space_id is None:
            vectors = [None] * len(texts)
        return EmbeddedTexts(vectors, space_id)

    async def _vectors(
        self, texts: Sequence[str], seconds: float, *, query: bool, counted: bool = True
    ) -> list[Vector] | None:
        """Return vectors, None for none; a failure that is *counted* may make all calls pause."""
        now = asyncio.get_running_loop().time()
        if self._embedder is None or now < self._paused_until:
            return None
        try:
            if query:
                vectors = [await self._embedder.embed_query(texts[0], timeout=seconds)]
            else:
                vectors = list(await self._embedder.embed(texts, timeout=seconds))
        except EmbeddingUnavailable as error:
            self._failures += counted
            if self._failures >= FAILURES_MAX:
                self._paused_until = now + PAUSE_SECONDS
            log.warning("embedding_failed", error=str(error), failures=self._failures)
            return None
        self._failures = 0
        return vectors

    async def fill_in(self) -> int:
        """Embed memories that wait for their vectors; return how many got one."""
        if not await self.connect() or self._mismatch:
            return 0
        now = self._context.clock()
        async with self._context.database.overview() as tx:
            tenants = await embeddings.pending_tenants(tx, now=now, limit=TENANTS)
        return sum([await self._fill_in_tenant(tenant_id) for tenant_id in tenants])

    async def _fill_in_tenant(self, tenant_id: str) -> int:
        now = self._context.clock()
        caller = Caller(tenant_id, asyncio.get_running_loop().time() + WORKER_SECONDS)
        async with self._context.database.transaction(caller) as tx:
            pending = await embeddings.pending_memories(tx, now=now, limit=BATCH)
        # Where a batch fails, its first text alone tells whether it was the one.
        for batch in (pending, pending[:1]):
            if batch and await self._fill_in_batch(caller, batch):
                return len(batch)
        if pending:
            async with self._context.database.transaction(caller) as tx:
                await embeddings.postpone_pending(tx, pending[0].memory_id, now + STEP_BACK)
        return 0

    async def _fill_in_batch(self, caller: Caller, batch: Sequence[PendingMemory]) -> bool:
        texts = [searchable(memory.author, memory.content) for memory in batch]
        vectors = await self._vectors(texts, TEXTS_SECONDS_MAX, query=False, counted=False)
        if vectors is None or self._active is None:
            return False
        new = [
            NewEmbedding(memory.memory_id, memory.version, vector)
            for memory, vector in zip(batch, vectors, strict=True)
        ]
        async with self._context.database.transaction(caller) as tx:
            await embeddings.fulfil_pending(tx, self._active.space_id, new)
        return True
