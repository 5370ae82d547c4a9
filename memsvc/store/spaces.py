"""Spaces: which models' vectors there are, which of them serve, and changing from one to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg

from memsvc.core.model import EmbeddingSpace
from memsvc.store.database import Transaction, cancellation_heeded, domain_errors, scope_parameters
from memsvc.store.embeddings import ActiveSpace, NewEmbedding, PendingMemory
from memsvc.store.sql.loader import statement

#: How long the switch of one tenant may take, in seconds: it reads all keys of its memories.
SWITCH_SECONDS: Final = 600


@dataclass(frozen=True, slots=True)
class KnownSpace:
    """A space that there are vectors in, or were, or will be."""

    space_id: int
    model: str
    revision: str
    dimension: int
    active: bool
    #: Since when it no longer serves. None if it serves, never did, or its vectors were deleted.
    retire_time: datetime | None

    @property
    def space(self) -> EmbeddingSpace:
        """The space without its number and state."""
        return EmbeddingSpace(self.model, self.revision, self.dimension)


@dataclass(frozen=True, slots=True)
class Count:
    """How many memories there are, and how many of them have a vector in a space."""

    memories: int
    embedded: int


class SpacesBusy(Exception):
    """Another process is changing the embedding model, or deletes vectors of a former one."""

    def __init__(self) -> None:
        """Say what the docstring does."""
        super().__init__(type(self).__doc__)


class SpaceLock:
    """The one lock of processes that change spaces, held by a connection of its own."""

    def __init__(self, conninfo: str) -> None:
        """Prepare to connect by *conninfo*; `hold` does."""
        self._conninfo = conninfo
        self._connection: psycopg.AsyncConnection[Any] | None = None

    async def hold(self) -> None:
        """Take the lock, or make sure that it is still held: a lost connection lets go of it.

        Raises SpacesBusy if another process has it, and StorageUnavailable.
        """
        with cancellation_heeded(), domain_errors():
            if self._connection is not None and await _answers(self._connection):
                return
            await self.release()
            # Asked for life now and then, so that no firewall forgets it in the hours of a large store.
            self._connection = await psycopg.AsyncConnection.connect(
                self._conninfo, autocommit=True, keepalives_idle=60
            )
            cursor = await self._connection.execute(statement("try_space_lock"))
            row = await cursor.fetchone()
        if row is None or not row[0]:
            await self.release()
            raise SpacesBusy

    async def release(self) -> None:
        """Let go of it."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None


async def _answers(connection: psycopg.AsyncConnection[Any]) -> bool:
    try:
        await connection.execute(statement("ping"))
    except psycopg.OperationalError:
        return False
    return True


async def active(tx: Transaction) -> ActiveSpace | None:
    """Return the space that serves, None if there is none yet."""
    rows = await tx.all("get_active_space", ActiveSpace)
    return rows[0] if rows else None


async def known(tx: Transaction) -> list[KnownSpace]:
    """Return all spaces, the oldest first."""
    return await tx.all("list_spaces", KnownSpace)


async def register(tx: Transaction, space: EmbeddingSpace, *, now: datetime) -> KnownSpace:
    """Return *space* with its number; it is made, and does not serve, if it was not known."""
    await tx.execute(
        "register_space",
        model=space.model,
        revision=space.revision,
        dimension=space.dimension,
        now=now,
    )
    return next(one for one in await known(tx) if one.space == space)


async def tenants(tx: Transaction) -> list[str]:
    """Return the tenants that have memories, or had; only in an overview transaction."""
    rows = await tx.mapped("list_tenants", dict)
    return [row["tenant_id"] for row in rows]


async def count(tx: Transaction, space_id: int) -> Count:
    """Return how many of the tenant's memories have a vector in the space."""
    return (await tx.all("count_embedded", Count, space_id=space_id))[0]


async def missing(
    tx: Transaction, space_id: int, after_id: UUID | None, *, limit: int
) -> list[PendingMemory]:
    """Return the tenant's memories without a vector in the space, by id, those after *after_id*."""
    await tx.execute("prefer_index_lookups")
    return await tx.all(
        "list_missing_memories", PendingMemory, space_id=space_id, after_id=after_id, limit=limit
    )


async def fill(tx: Transaction, space_id: int, new_embeddings: Sequence[NewEmbedding]) -> int:
    """Store vectors in a space, whether it serves or not; return how many.

    Left out are memories whose text has changed since, and those that somebody else is changing.
    """
    rows = await tx.mapped(
        "hold_memories", dict, memory_ids=[item.memory_id for item in new_embeddings]
    )
    held = {row["memory_id"] for row in rows}
    items = [item for item in new_embeddings if item.memory_id in held]
    stored = await tx.mapped(
        "insert_embeddings",
        dict,
        space_id=space_id,
        memory_ids=[item.memory_id for item in items],
        versions=[item.version for item in items],
        embeddings=[item.embedding for item in items],
    )
    await tx.execute("settle_pending", space_id=space_id, memory_ids=list(held))
    return len(stored)


async def mark_missing(tx: Transaction, space_id: int, *, now: datetime) -> None:
    """Note that every memory of the tenant without a vector in the space waits for it."""
    await tx.execute("mark_missing", space_id=space_id, now=now)


async def switch(tx: Transaction, space_id: int, *, now: datetime) -> None:
    """Let the space serve instead of the one that does, all at once; only in an overview.

    Exactly the memories without a vector in it wait for one.
    """
    for tenant_id in await tenants(tx):
        scoped = replace(tx, tenant_id=tenant_id)
        await scoped.execute("enter_scope", **scope_parameters(SWITCH_SECONDS))
        await scoped.execute("settle_space", space_id=space_id)
        await mark_missing(scoped, space_id, now=now)
    # Last, since it holds up nobody who stores memories but whoever else would switch.
    await tx.execute("retire_space", space_id=space_id, now=now)
    await tx.execute("activate_space", space_id=space_id)


async def count_idle(tx: Transaction) -> int:
    """Return how many vectors the tenant has in spaces that do not serve."""
    rows = await tx.mapped("count_idle_vectors", dict)
    return int(rows[0]["vectors"])


async def drop_idle(tx: Transaction, after_id: UUID | None, *, limit: int) -> list[UUID]:
    """Delete up to *limit* vectors of the tenant in spaces that do not serve.

    Looks at memories from *after_id* on; returns whose vectors they were, in no order.
    """
    await tx.execute("prefer_index_lookups")
    rows = await tx.mapped("drop_idle_vectors", dict, after_id=after_id, limit=limit)
    return [row["memory_id"] for row in rows]


async def forget_retired(tx: Transaction) -> None:
    """Note that no space but the one that serves has its vectors any more."""
    await tx.execute("forget_retired")
