"""Vectors: storing them, and knowing which memories still wait for theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from memsvc.core.model import EmbeddingSpace, Vector
from memsvc.store.database import Transaction


@dataclass(frozen=True, slots=True)
class ActiveSpace:
    """The space that memories are embedded and ranked in."""

    space_id: int
    model: str
    revision: str
    dimension: int

    @property
    def space(self) -> EmbeddingSpace:
        """The space without its number."""
        return EmbeddingSpace(self.model, self.revision, self.dimension)

    @property
    def label(self) -> str:
        """What to call it in a log."""
        return f"{self.model} {self.revision} ({self.dimension})"


@dataclass(frozen=True, slots=True)
class PendingMemory:
    """A memory that waits for its vector."""

    memory_id: UUID
    version: int
    author: str
    content: str


@dataclass(frozen=True, slots=True)
class NewEmbedding:
    """The vector of a memory's text as it was at *version*."""

    memory_id: UUID
    version: int
    embedding: Vector


async def active_space(tx: Transaction, space: EmbeddingSpace, *, now: datetime) -> ActiveSpace:
    """Return the active space, which becomes *space* if there was none."""
    await tx.execute(
        "claim_embedding_space",
        model=space.model,
        revision=space.revision,
        dimension=space.dimension,
        now=now,
    )
    return (await tx.all("get_active_space", ActiveSpace))[0]


async def insert(tx: Transaction, space_id: int, embeddings: Sequence[NewEmbedding]) -> None:
    """Store vectors of memories whose text has not changed since."""
    if embeddings:
        await tx.execute(
            "insert_embeddings",
            space_id=space_id,
            memory_ids=[item.memory_id for item in embeddings],
            versions=[item.version for item in embeddings],
            embeddings=[item.embedding for item in embeddings],
        )


async def forget(tx: Transaction, memory_id: UUID) -> None:
    """Delete the vectors of a memory whose text has changed."""
    await tx.execute("delete_embeddings", memory_id=memory_id)


async def mark_pending(tx: Transaction, memory_ids: Sequence[UUID], *, now: datetime) -> None:
    """Note that these memories wait for their vectors."""
    if memory_ids:
        await tx.execute("mark_pending", memory_ids=list(memory_ids), now=now)


async def pending_tenants(tx: Transaction, *, now: datetime, limit: int) -> list[str]:
    """Return tenants with memories that are due; only in an overview transaction."""
    rows = await tx.mapped("list_pending_tenants", dict, now=now, limit=limit)
    return [row["tenant_id"] for row in rows]


async def pending_memories(tx: Transaction, *, now: datetime, limit: int) -> list[PendingMemory]:
    """Return the memories of the tenant that are due, those that have waited longest first."""
    return await tx.all("list_pending_memories", PendingMemory, now=now, limit=limit)


async def fulfil_pending(
    tx: Transaction, space_id: int, new_embeddings: Sequence[NewEmbedding]
) -> None:
    """Store vectors of memories that waited for them, unless their text has changed since.

    Those that somebody else is changing wait on.
    """
    rows = await tx.mapped(
        "hold_memories", dict, memory_ids=[item.memory_id for item in new_embeddings]
    )
    memory_ids = [row["memory_id"] for row in rows]
    held = set(memory_ids)
    await insert(tx, space_id, [item for item in new_embeddings if item.memory_id in held])
    await tx.execute("settle_pending", space_id=space_id, memory_ids=memory_ids)


async def postpone_pending(tx: Transaction, memory_id: UUID, due_time: datetime) -> None:
    """Let a memory wait until *due_time*, behind the others."""
    await tx.execute("postpone_pending", memory_id=memory_id, due_time=due_time)
