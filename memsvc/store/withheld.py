"""Memories that are put aside, archived or quarantined: one typed function a statement.

What is put aside is in no other table: nothing that reads memories has to know of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import IntEnum
from typing import Any
from uuid import UUID

from memsvc.core.model import Memory
from memsvc.core.provenance import Withheld
from memsvc.store import embeddings
from memsvc.store.database import Transaction
from memsvc.store.memories import Deleted, memory_of


class WithheldState(IntEnum):
    """Why a memory is put aside; the numbers are those of the table."""

    ARCHIVED = 1
    QUARANTINED = 2


async def withhold(
    tx: Transaction,
    memory_ids: Sequence[UUID],
    state: WithheldState,
    reason: str,
    *,
    now: datetime,
    user_id: str | None = None,
    purge_time: datetime | None = None,
) -> dict[UUID, Deleted]:
    """Put memories aside with all that hangs on them; return those of *memory_ids* that there were.

    Facts that rest on a message stay: whoever wants them gone calls `keeping.withdraw`, and settles
    the others of a fact's slot by `keeping.resettle`. A job loses messages that it was still to read.
    """
    if not memory_ids:
        return {}
    rows = await tx.mapped(
        "withhold_memories",
        dict,
        memory_ids=list(memory_ids),
        user_id=user_id,
        state=int(state),
        reason=reason,
        now=now,
        purge_time=purge_time,
    )
    return _gone(rows)


async def release(
    tx: Transaction,
    memory_ids: Sequence[UUID],
    state: WithheldState,
    *,
    now: datetime,
    user_id: str | None = None,
) -> dict[UUID, Memory]:
    """Move memories back as they were, their terms with them; return those that are back.

    They wait for their vectors. Of facts the caller has to settle the slots (`keeping.resettle`).
    """
    if not memory_ids:
        return {}
    where = {"memory_ids": list(memory_ids), "user_id": user_id, "state": int(state)}
    await tx.execute("restore_conversations", now=now, **where)
    back = await tx.mapped("release_memories", memory_of, **where)
    await embeddings.mark_pending(tx, [memory.memory_id for memory in back], now=now)
    return {memory.memory_id: memory for memory in back}


async def page(
    tx: Transaction,
    state: WithheldState,
    user_id: str | None,
    *,
    limit: int,
    after: tuple[datetime, UUID] | None = None,
) -> list[Withheld]:
    """Return the *limit* memories that were put aside last, from *after* (time and id) on."""
    return await tx.mapped(
        "list_withheld_memories",
        _withheld,
        state=int(state),
        user_id=user_id,
        after_withhold_time=after and after[0],
        after_id=after and after[1],
        limit=limit,
    )


async def messages(
    tx: Transaction, user_id: str, message_ids: Sequence[str], state: WithheldState
) -> set[str]:
    """Return which of these messages of a user are put aside."""
    rows = await tx.mapped(
        "list_withheld_messages",
        dict,
        user_id=user_id,
        message_ids=list(message_ids),
        state=int(state),
    )
    return {row["message_id"] for row in rows}


async def delete(
    tx: Transaction,
    *,
    memory_ids: Sequence[UUID] | None = None,
    user_id: str | None = None,
    conversation_id: str | None = None,
    state: WithheldState | None = None,
) -> dict[UUID, Deleted]:
    """Delete what is put aside and is all that is given; return what there was.

    Of memories, a user, or a user's conversation: with neither *memory_ids* nor *user_id* nothing goes.
    """
    if memory_ids is None and user_id is None:
        return {}
    rows = await tx.mapped(
        "delete_withheld_memories",
        dict,
        memory_ids=None if memory_ids is None else list(memory_ids),
        user_id=user_id,
        conversation_id=conversation_id,
        state=None if state is None else int(state),
    )
    return _gone(rows)


async def withdraw(tx: Transaction, messages: Sequence[tuple[str, str]]) -> None:
    """Take back what *messages*, given as (user, message), said in facts that are put aside.

    One that rested on them alone goes.
    """
    of = {
        "user_ids": [user_id for user_id, _ in messages],
        "message_ids": [message_id for _, message_id in messages],
    }
    await tx.execute("delete_withheld_facts", **of)
    await tx.execute("withdraw_withheld_facts", **of)


async def approve(tx: Transaction, memory_ids: Sequence[UUID]) -> dict[UUID, Memory]:
    """Let the signals of memories count no more; return them as they are then."""
    rows = await tx.mapped("approve_memories", memory_of, memory_ids=list(memory_ids))
    return {memory.memory_id: memory for memory in rows}


def _gone(rows: Sequence[dict[str, Any]]) -> dict[UUID, Deleted]:
    return {row["memory_id"]: Deleted(row["user_id"], row["message_id"]) for row in rows}


def _withheld(values: dict[str, Any]) -> Withheld:
    reason = values.pop("withhold_reason")
    times = values.pop("withhold_time"), values.pop("purge_time")
    return Withheld(memory_of(values), reason, *times)
