"""Vectors for texts, where the embedder gives them, and a declared reason where it does not."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, cast
from uuid import UUID

from memsvc.core.errors import InvalidFields
from memsvc.core.lexical import searchable
from memsvc.core.model import Caller, EmbeddingSpace, GivenEmbedding, Vector
from memsvc.providers.embedding import Embedder, EmbeddingUnavailable, checked
from memsvc.store import embeddings, spaces
from memsvc.store.database import Transaction
from memsvc.store.embeddings import ActiveSpace, NewEmbedding, PendingMemory
from memsvc.telemetry import log
from memsvc.usecases.context import Context
from memsvc.usecases.embedders import LOAD_FAILURES, Embedders
from memsvc.usecases.serving_space import QUERY_CHARACTERS_KEPT, ServingSpace

#: A query's embedding may take this share of the time that is left, so that an answer by words
#: still fits into the rest.
QUERY_TIME_SHARE: Final = 0.6
QUERY_SECONDS_MAX: Final = 2.0
#: With less time than this left, embedding is not tried.
QUERY_SECONDS_MIN: Final = 0.005
#: New texts may take longer: without vectors they wait for the worker.
TEXTS_SECONDS_MAX: Final = 8.0
#: How many memories the worker embeds at a time, and over how many tenants it looks.
BATCH: Final = 64
TENANTS: Final = 100
#: How long a memory steps back whose text the embedder refused, so that the others get their turn.
STEP_BACK: Final = timedelta(seconds=5)
#: How often a server looks whether the model was changed.
FOLLOW_SECONDS: Final = 1.0
#: Where the embedder of a new model cannot be reached, answers come from the former space for so long;
#: then by words, since the former space misses what other servers store.
FORMER_SECONDS: Final = 15.0
#: So long after the exchange no server is left that stores new memories in the former space.
LATE_SECONDS: Final = 5.0


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


class EmbeddingSpaceMismatch(Exception):
    """No configured embedder makes vectors like the ones in the database."""


class Embedding:
    """The embedder as the use cases see it: it may be away or be exchanged, and says so."""

    def __init__(self, context: Context, embedders: Embedders) -> None:
        """Embed with the one of *embedders* that makes vectors like those in the database."""
        self._context = context
        self._embedders = embedders
        self._serving: ServingSpace | None = None
        #: Exchanged, but perhaps still in use.
        self._former: list[ServingSpace] = []
        self._changing = asyncio.Lock()
        self._reported = False
        #: Since when another space is the active one while its embedder cannot be had.
        self._behind_since: float | None = None
        #: When to look for what was stored in the former space meanwhile.
        self._look_at: float | None = None

    async def connect(self) -> None:
        """Begin to embed, if the embedder can be had; else `follow` goes on trying.

        Raises EmbeddingSpaceMismatch where the settings are strict and no embedder fits.
        """
        await self.follow()
        serving = self._serving
        if serving and serving.mismatch and self._embedders.strict:
            message = (
                f"the vectors in the database come from {serving.active.label}, which no "
                f"configured embedder makes; configure it, or change the model: {self._remedy}"
            )
            raise EmbeddingSpaceMismatch(message)

    async def follow(self) -> int:
        """Change to the embedder of the active space if it is another one now; return whether (1).

        Until it is loaded the former one goes on in the former space, whose vectors are kept.
        """
        async with self._changing:
            idle = [former for former in self._former if not former.uses]
            self._former = [former for former in self._former if former.uses]
            for former in idle:
                await former.close()
            async with self._context.database.overview() as tx:
                active = await spaces.active(tx)
            if active is not None and self._is_settled(active):
                self._behind_since = None
                return await self._look_for_late_ones(active)
            try:
                self._exchange(await self._found(active))
            except LOAD_FAILURES as error:
                self._bear(error, active)
                return 0
            return 1

    async def _look_for_late_ones(self, active: ActiveSpace) -> int:
        """Let memories wait that were stored in the former space until its servers had noticed.

        Once, some time after an exchange: usually whoever changed the model has caught up with them.
        """
        if self._look_at is None or asyncio.get_running_loop().time() < self._look_at:
            return 0
        async with self._context.database.overview() as tx:
            tenants = await spaces.tenants(tx)
        for tenant_id in tenants:
            async with self._context.database.upkeep(tenant_id) as tx:
                await spaces.mark_missing(tx, active.space_id, now=self._context.clock())
        self._look_at = None
        return 1

    def _is_settled(self, active: ActiveSpace) -> bool:
        serving = self._serving
        return (
            serving is not None
            and serving.active.space_id == active.space_id
            and (serving.embedder is not None or serving.mismatch)
        )

    async def _found(self, active: ActiveSpace | None) -> ServingSpace:
        """Return the active space with its embedder; raises one of LOAD_FAILURES."""
        async with AsyncExitStack() as undo:
            embedder: Embedder | None = None
            if active is None:
                embedder = await self._embedders.first()
                undo.push_async_callback(embedder.close)
                async with self._context.database.overview() as tx:
                    active = await embeddings.active_space(
                        tx, embedder.space, now=self._context.clock()
                    )
            if embedder is None or embedder.space != active.space:
                embedder = await self._embedders.of(active.space)
            else:
                undo.pop_all()
        if embedder is not None:
            return ServingSpace(active, embedder)
        configured = ", ".join(f"{one.name}: {one.model}" for one in self._embedders.all)
        log.error(
            "embedding_space_mismatch",
            stored=active.label,
            configured=configured,
            consequence="ranking by words only; new memories wait for their vectors",
            remedy=self._remedy,
        )
        return ServingSpace(active, None, mismatch=True)

    def _exchange(self, fresh: ServingSpace) -> None:
        former, self._serving = self._serving, fresh
        self._reported = False
        self._behind_since = None
        if former is None:
            return
        self._former.append(former)
        if former.active.space_id != fresh.active.space_id:
            self._look_at = asyncio.get_running_loop().time() + LATE_SECONDS
            log.info("embedder_exchanged", former=former.active.label, now=fresh.active.label)

    def _bear(self, error: Exception, active: ActiveSpace | None) -> None:
        """Do without the embedder: for a while in the former space, if there is one, then by words."""
        if not self._reported:
            log.warning("embedder_unavailable", error=str(error))
        self._reported = True
        now = asyncio.get_running_loop().time()
        self._behind_since = self._behind_since or now
        former = self._serving
        if former and former.embedder and now < self._behind_since + FORMER_SECONDS:
            return
        if active is not None and (former is None or former.active.space_id != active.space_id):
            self._serving = ServingSpace(active, None)
            if former is not None:
                self._former.append(former)

    async def close(self) -> None:
        """Let go of the embedder."""
        for serving in (*self._former, self._serving):
            if serving is not None:
                await serving.close()

    @property
    def _remedy(self) -> str:
        return f"memsvc reembed --to {self._embedders.all[0].name}"

    @property
    def space(self) -> EmbeddingSpace | None:
        """In which space memories are compared; None if they cannot be."""
        serving = self._serving
        return serving.active.space if serving and serving.embedder else None

    @property
    def space_id(self) -> int | None:
        """The number of that space; None if memories cannot be compared."""
        serving = self._serving
        return serving.active.space_id if serving and serving.embedder else None

    async def query(self, text: str, caller: Caller) -> EmbeddedQuery:
        """Return the vector of a query, or why there is none. Never raises for the embedder."""
        serving = self._serving
        if serving is None:
            return EmbeddedQuery(missing=Degradation.EMBEDDER_UNAVAILABLE)
        space_id = serving.active.space_id
        if (known := serving.queries.get((caller.tenant_id, text))) is not None:
            return EmbeddedQuery(known, space_id)
        left = caller.deadline - asyncio.get_running_loop().time()
        if serving.mismatch:
            return EmbeddedQuery(missing=Degradation.EMBEDDING_SPACE_MISMATCH)
        seconds = min(left * QUERY_TIME_SHARE, QUERY_SECONDS_MAX)
        if seconds < QUERY_SECONDS_MIN:
            return EmbeddedQuery(missing=Degradation.DEADLINE_SHORT)
        vectors = await serving.vectors([text], seconds, query=True)
        if vectors is None:
            return EmbeddedQuery(missing=Degradation.EMBEDDER_UNAVAILABLE)
        if len(text) <= QUERY_CHARACTERS_KEPT:
            serving.queries[caller.tenant_id, text] = vectors[0]
        return EmbeddedQuery(vectors[0], space_id)

    def given(self, embedding: GivenEmbedding) -> Vector:
        """Return a vector that a caller brought along, normalised.

        Raises InvalidFields unless it is one of the active space.
        """
        active = self._serving.active if self._serving else None
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
        """Return the vectors of new texts, none if they have to wait. Never raises for them.

        The space is chosen before anything is waited for: what `given` returned just before the call
        is of the same one.
        """
        left = caller.deadline - asyncio.get_running_loop().time()
        seconds = min(left * QUERY_TIME_SHARE, TEXTS_SECONDS_MAX)
        serving = self._serving
        vectors: Sequence[Vector | None] | None = None
        if serving and texts and seconds >= QUERY_SECONDS_MIN:
            vectors = await serving.vectors(texts, seconds, query=False)
        return EmbeddedTexts(
            [None] * len(texts) if vectors is None else vectors,
            serving.active.space_id if serving else None,
        )

    async def fill_in(self) -> int:
        """Embed memories that wait for their vectors; return how many got one."""
        serving = self._serving
        if serving is None or serving.embedder is None:
            return 0
        now = self._context.clock()
        async with self._context.database.overview() as tx:
            active = await spaces.active(tx)
            tenants = await embeddings.pending_tenants(tx, now=now, limit=TENANTS)
        if active is None or active.space_id != serving.active.space_id:
            return 0  # they wait for vectors of a space that this server has yet to follow to
        return sum([await self._fill_in_tenant(serving, tenant_id) for tenant_id in tenants])

    async def _fill_in_tenant(self, serving: ServingSpace, tenant_id: str) -> int:
        now = self._context.clock()
        async with self._context.database.upkeep(tenant_id) as tx:
            pending = await embeddings.pending_memories(tx, now=now, limit=BATCH)
        # Where a batch fails, its first text alone tells whether it was the one.
        for batch in (pending, pending[:1]):
            if batch and await self._fill_in_batch(serving, tenant_id, batch):
                return len(batch)
        if pending:
            async with self._context.database.upkeep(tenant_id) as tx:
                await embeddings.postpone_pending(tx, pending[0].memory_id, now + STEP_BACK)
        return 0

    async def _fill_in_batch(
        self, serving: ServingSpace, tenant_id: str, batch: Sequence[PendingMemory]
    ) -> bool:
        texts = [searchable(memory.author, memory.content) for memory in batch]
        vectors = await serving.vectors(texts, TEXTS_SECONDS_MAX, query=False, counted=False)
        if vectors is None:
            return False
        new = [
            NewEmbedding(memory.memory_id, memory.version, vector)
            for memory, vector in zip(batch, vectors, strict=True)
        ]
        async with self._context.database.upkeep(tenant_id) as tx:
            await embeddings.fulfil_pending(tx, serving.active.space_id, new)
        return True
