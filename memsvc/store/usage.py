"""How much a tenant keeps and uses: one typed function a statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from memsvc.store.database import Transaction


@dataclass(frozen=True, slots=True)
class Usage:
    """How much a tenant keeps."""

    #: Memories, superseded ones too.
    memories: int
    #: What their texts take, in bytes of UTF-8.
    bytes: int


@dataclass(frozen=True, slots=True)
class ModelUsage:
    """What language models took."""

    tokens: int
    #: In millionths of the currency of the settings.
    cost_micros: int


@dataclass(frozen=True, slots=True)
class UnmeasuredUser:
    """A user who was there before anybody counted."""

    tenant_id: str
    user_id: str


async def stored(tx: Transaction) -> Usage:
    """Return how much the tenant keeps."""
    return (await tx.all("measure_usage", Usage))[0]


async def of_models(tx: Transaction, day: date) -> ModelUsage:
    """Return what language models took on a day."""
    return (await tx.all("get_model_usage", ModelUsage, day=day))[0]


async def note_models(tx: Transaction, day: date, more: ModelUsage) -> None:
    """Add to what language models took on a day."""
    await tx.execute("note_model_usage", day=day, tokens=more.tokens, cost_micros=more.cost_micros)


async def unmeasured(tx: Transaction, *, limit: int) -> list[UnmeasuredUser]:
    """Return users who are still to be measured; only in an overview."""
    return await tx.all("list_unmeasured_users", UnmeasuredUser, limit=limit)


async def measure(tx: Transaction, user_id: str) -> None:
    """Take the measure of a user."""
    await tx.execute("hold_memory_count", user_id=user_id)
    await tx.execute("measure_user", user_id=user_id)
