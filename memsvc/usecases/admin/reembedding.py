"""Changing the embedding model while servers serve.

Every memory gets a vector in the new space beside the one that it has, then all servers change at once,
then what was stored meanwhile is caught up with. Whatever breaks off goes on where it was: what has its
vector is not embedded again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

import stamina

from memsvc.core.errors import DeadlineExceeded, Overloaded, StorageUnavailable, WriteConflict
from memsvc.core.hidden_characters import visible
from memsvc.core.lexical import searchable
from memsvc.core.model import Vector
from memsvc.providers.embedding import Embedder, EmbeddingUnavailable
from memsvc.store import spaces
from memsvc.store.database import Database, Transaction
from memsvc.store.embeddings import NewEmbedding, PendingMemory
from memsvc.store.spaces import SpaceLock
from memsvc.usecases.embedding import FOLLOW_SECONDS

Result = TypeVar("Result")

#: How long the embedder may take for a batch, in seconds; a server's embedder has its own limit beside.
BATCH_SECONDS: Final = 300.0
#: Embedded to find out whether an embedder that failed is away, or dislikes a text.
PROBE: Final = "How are you?"
#: How often a single text is tried that an embedder refuses which is there otherwise.
TRIES_MAX: Final = 3
#: How often all memories are gone through before the switch: writers go on, so there may always be one
#: more. What is missing then waits in the usual way.
PASSES_MAX: Final = 10
#: Servers notice the switch within FOLLOW_SECONDS. It is over when for so long nothing was stored in the
#: former space alone; it is given up after CATCH_UP_SECONDS_MAX. Looked for every LOOK_SECONDS.
QUIET_SECONDS: Final = 3 * FOLLOW_SECONDS
CATCH_UP_SECONDS_MAX: Final = 120.0
LOOK_SECONDS: Final = 0.5
#: How many vectors are deleted in one transaction, and how long after the switch the first ones are.
DROP_BATCH: Final = 1_000
DROP_AFTER: Final = timedelta(seconds=5)

_PASSING: Final = (StorageUnavailable, WriteConflict, Overloaded, DeadlineExceeded)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it has come, in memories, or in vectors where those are deleted."""

    done: int
    total: int

    def after(self, more: int) -> Progress:
        """Return how far it has come with *more* done; the total grows with what writers add."""
        return Progress(self.done + more, max(self.total, self.done + more))


@dataclass(frozen=True, slots=True)
class Patience:
    """Tries again what may go well the next time."""

    #: For how long, in seconds.
    seconds: float

    async def until_it_works(
        self, work: Callable[[], Awaitable[Result]], failures: tuple[type[Exception], ...]
    ) -> Result:
        """Return what *work* does; raises its last failure when the time is over."""
        attempts = stamina.retry_context(
            on=failures, attempts=None, timeout=self.seconds, wait_initial=0.2, wait_max=5.0
        )
        async for attempt in attempts:
            with attempt:
                return await work()
        raise AssertionError  # pragma: no cover - the attempts end with a result or raise


@dataclass(frozen=True, slots=True)
class Tenants:
    """Work through the rows of all tenants, one after the other."""

    database: Database
    patience: Patience

    async def ids(self) -> list[str]:
        """Return the tenants that have memories, or had."""

        async def listed() -> list[str]:
            async with self.database.overview() as tx:
                return await spaces.tenants(tx)

        return await self.patience.until_it_works(listed, _PASSING)

    async def within(
        self, tenant_id: str, work: Callable[[Transaction], Awaitable[Result]]
    ) -> Result:
        """Return what *work* does in a transaction of the tenant; it may be called repeatedly."""

        async def once() -> Result:
            async with self.database.upkeep(tenant_id) as tx:
                return await work(tx)

        return await self.patience.until_it_works(once, _PASSING)


@dataclass(slots=True)
class Reembedding:
    """Fills a space with the vectors of *embedder*, and makes it the one that serves."""

    tenants: Tenants
    clock: Callable[[], datetime]
    embedder: Embedder
    space_id: int
    #: How many texts are embedded, and their vectors stored, at a time.
    batch: int
    #: Called whenever something was done.
    watch: Callable[[Progress], None] = lambda _: None
    progress: Progress = field(default=Progress(0, 0))
    #: Texts that the embedder does not take, by memory and version, with its reason.
    refused: dict[tuple[UUID, int], str] = field(default_factory=dict)

    async def fill(self) -> None:
        """Embed every memory without a vector in the space, except what the embedder refuses.

        Raises EmbeddingUnavailable and the errors of storage when the patience is over.
        """
        self.progress = await survey(self.tenants, self.space_id)
        self.watch(self.progress)
        for _ in range(PASSES_MAX):
            if not await self._pass():
                break

    async def switch(self, lock: SpaceLock) -> None:
        """Let the space serve, for all servers at once; memories without a vector in it wait.

        Raises SpacesBusy if *lock* was lost meanwhile.
        """

        async def switched() -> None:
            await lock.hold()
            async with self.tenants.database.overview() as tx:
                await spaces.switch(tx, self.space_id, now=self.clock())

        await self.tenants.patience.until_it_works(switched, _PASSING)

    async def catch_up(self) -> bool:
        """Embed what servers stored before they noticed the switch; return whether that is all.

        If not, some server goes on storing memories without a vector in the space.
        """
        clock = asyncio.get_running_loop().time
        started = quiet_since = clock()
        while clock() < quiet_since + QUIET_SECONDS:
            if clock() > started + CATCH_UP_SECONDS_MAX:
                return False
            if await self._pass():
                quiet_since = clock()
            await asyncio.sleep(LOOK_SECONDS)
        return True

    async def _pass(self) -> int:
        """Go through all memories once; return how many had no vector, refused ones aside."""
        return sum([await self._pass_tenant(one) for one in await self.tenants.ids()])

    async def _pass_tenant(self, tenant_id: str) -> int:
        found = 0
        after_id: UUID | None = None

        async def next_page(tx: Transaction) -> list[PendingMemory]:
            return await spaces.missing(tx, self.space_id, after_id, limit=self.batch)

        while page := await self.tenants.within(tenant_id, next_page):
            todo = [one for one in page if (one.memory_id, one.version) not in self.refused]
            await self._store(tenant_id, await self._embedded(todo))
            found += len(todo)
            after_id = page[-1].memory_id
        return found

    async def _store(self, tenant_id: str, new: Sequence[NewEmbedding]) -> None:
        async def store(tx: Transaction) -> int:
            return await spaces.fill(tx, self.space_id, new)

        if new:
            self.progress = self.progress.after(await self.tenants.within(tenant_id, store))
            self.watch(self.progress)

    async def _embedded(self, memories: Sequence[PendingMemory]) -> list[NewEmbedding]:
        """Return the vectors of *memories*; what is refused, found out by halving, is noted."""
        if not memories:
            return []
        for _ in range(TRIES_MAX if len(memories) == 1 else 1):
            try:
                vectors = await self._vectors(memories)
            except EmbeddingUnavailable as error:
                failure = error
                # As long as not even this is embedded, the embedder is away and no text at fault.
                await self.tenants.patience.until_it_works(self._probe, (EmbeddingUnavailable,))
            else:
                return [
                    NewEmbedding(memory.memory_id, memory.version, vector)
                    for memory, vector in zip(memories, vectors, strict=True)
                ]
        if len(memories) == 1:
            self.refused[memories[0].memory_id, memories[0].version] = str(failure)
            return []
        half = len(memories) // 2
        return await self._embedded(memories[:half]) + await self._embedded(memories[half:])

    async def _vectors(self, memories: Sequence[PendingMemory]) -> list[Vector]:
        texts = [searchable(memory.author, memory.content) for memory in memories]
        return list(
            await self.embedder.embed(
                [visible(text) or text for text in texts], timeout=BATCH_SECONDS
            )
        )

    async def _probe(self) -> None:
        await self.embedder.embed([PROBE], timeout=BATCH_SECONDS)


async def survey(tenants: Tenants, space_id: int | None) -> Progress:
    """Return how many memories there are, and how many have a vector in the space; None for none."""
    found = Progress(0, 0)
    for tenant_id in await tenants.ids():
        counted = await tenants.within(tenant_id, lambda tx: spaces.count(tx, space_id or 0))
        found = Progress(found.done + counted.embedded, found.total + counted.memories)
    return found


async def count_idle(tenants: Tenants) -> int:
    """Return how many vectors there are in spaces that do not serve."""
    return sum([await tenants.within(one, spaces.count_idle) for one in await tenants.ids()])


async def drop_idle(
    tenants: Tenants, clock: Callable[[], datetime], watch: Callable[[Progress], None]
) -> None:
    """Delete the vectors of all spaces that do not serve; from then on there is no way back to them."""
    async with tenants.database.overview() as tx:
        retired = [one.retire_time for one in await spaces.known(tx) if one.retire_time]
    # A server that has yet to notice the switch still ranks by them.
    if retired and (early := max(retired) + DROP_AFTER - clock()) > timedelta(0):
        await asyncio.sleep(early.total_seconds())
    async with tenants.database.overview() as tx:
        await spaces.forget_retired(tx)
    progress = Progress(0, await count_idle(tenants))
    watch(progress)
    for tenant_id in await tenants.ids():
        after_id: UUID | None = None
        while gone := await tenants.within(tenant_id, _dropping(after_id)):
            after_id = max(gone)
            progress = progress.after(len(gone))
            watch(progress)


def _dropping(after_id: UUID | None) -> Callable[[Transaction], Awaitable[list[UUID]]]:
    return lambda tx: spaces.drop_idle(tx, after_id, limit=DROP_BATCH)
