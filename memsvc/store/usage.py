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
class UnmeasuredUser:
    """A user who was there before anybody counted."""

    tenant_id: str
    user_id: str


async def stored(tx: Transaction) -> Usage:
    """Return how much the tenant keeps."""
    return (await tx.all("measure_usage", Usage))[0]


async def model_tokens(tx: Transaction, day: date) -> int:
    """Return the tokens that language models took on a day."""
    rows = await tx.mapped("get_model_usage", dict, day=day)
    return int(rows[0]["tokens"])


async def note_model_tokens(tx: Transaction, day: date, tokens: int) -> None:
    """Add to the tokens of a day."""
    if tokens:
        await tx.execute("note_model_usage", day=day, tokens=tokens)


async def unmeasured(tx: Transaction, *, limit: int) -> list[UnmeasuredUser]:
    """Return users who are still to be measured; only in an overview."""
    return await tx.all("list_unmeasured_users", UnmeasuredUser, limit=limit)


async def measure(tx: Transaction, user_id: str) -> None:
    """Take the measure of a user."""
    await tx.execute("hold_memory_count", user_id=user_id)
    await tx.execute("measure_user", user_id=user_id)
