"""Removing memories with what rests on them alone, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from memsvc.store import facts, memories, withheld
from memsvc.store.database import Transaction
from memsvc.store.memories import Deleted
from memsvc.usecases.context import Context
from memsvc.usecases.facts import keeping

#: As of then nothing has expired.
_EVER: Final = datetime(1, 1, 1, tzinfo=UTC)


async def remove(
    tx: Transaction, context: Context, memory_ids: list[UUID], user_id: str | None, *, now: datetime
) -> dict[UUID, Deleted]:
    """Delete memories, put aside or not, and settle what they bore on; return those that there were.

    The slots of the facts first, then the memories: whoever changes facts waits in this order.
    """
    touched = await facts.touched(tx, memory_ids)
    await keeping.lock(tx, touched)
    gone = await memories.delete(tx, memory_ids, user_id, now=now)
    aside = sorted(set(memory_ids) - gone.keys())
    gone |= await withheld.delete(tx, memory_ids=aside, user_id=user_id)
    messages = [(one.user_id, one.message_id) for one in gone.values() if one.message_id]
    await keeping.withdraw(tx, context, messages)
    await keeping.resettle(tx, context, [fact for fact in touched if fact.memory_id in gone])
    return gone


async def remove_messages(
    tx: Transaction,
    context: Context,
    user_id: str,
    messages: Mapping[UUID, str],
    *,
    keep_facts: bool = False,
) -> int:
    """Delete a user's *messages* (memory id and message id), those that have expired too; return how many.

    What rests on them goes as in `remove`, unless facts are to be kept. The locks are taken in its order.
    """
    if not messages:
        return 0
    said = [(user_id, message_id) for message_id in messages.values()]
    if not keep_facts:
        await keeping.lock(tx, await facts.derived(tx, said))
    gone = await memories.delete(tx, list(messages), user_id, now=_EVER)
    aside = sorted(messages.keys() - gone.keys())
    gone |= await withheld.delete(tx, memory_ids=aside, user_id=user_id)
    if not keep_facts:
        await keeping.withdraw(tx, context, said)
    return len(gone)
