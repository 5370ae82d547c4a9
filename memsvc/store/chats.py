"""Turns of chats and what was said last: one typed function a statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from memsvc.core.model import RequestKey
from memsvc.store.database import Transaction
from memsvc.store.replies import rpc_name


@dataclass(frozen=True, slots=True)
class TakenTurn:
    """A turn that a transaction has taken up."""

    turn_id: UUID
    #: From 1; who takes the turn up later has a higher one.
    attempt: int
    fingerprint: bytes
    #: None until the turn is complete.
    response: bytes | None


@dataclass(frozen=True, slots=True)
class StoredLine:
    """A message of a conversation."""

    message_id: str
    role: int
    content: str
    author: str
    agent_id: str
    interrupted: bool


async def take_up(
    tx: Transaction, key: RequestKey, new_turn_id: UUID, *, now: datetime
) -> TakenTurn:
    """Begin the turn of a request, or take it up where it was left; waits for who is at it."""
    rows = await tx.all(
        "claim_turn",
        TakenTurn,
        rpc=rpc_name(tx, key.rpc),
        request_id=key.request_id,
        user_id=key.user_id,
        fingerprint=key.fingerprint,
        turn_id=new_turn_id,
        now=now,
    )
    return rows[0]


async def get(tx: Transaction, key: RequestKey, *, now: datetime) -> TakenTurn | None:
    """Return the turn of a request as it is, None if there is none."""
    rows = await tx.all(
        "get_turn", TakenTurn, rpc=rpc_name(tx, key.rpc), request_id=key.request_id, now=now
    )
    return rows[0] if rows else None


async def hold(tx: Transaction, key: RequestKey, attempt: int) -> bool:
    """Return whether the turn is still that of this *attempt*; it then stays so in the transaction."""
    rows = await tx.mapped(
        "hold_turn",
        dict,
        rpc=rpc_name(tx, key.rpc),
        request_id=key.request_id,
        attempt=attempt,
    )
    return bool(rows)


async def last_lines(
    tx: Transaction, user_id: str, conversation_id: str, *, limit: int, characters_max: int
) -> list[StoredLine]:
    """Return the last messages of a conversation that fit together, oldest first."""
    rows = await tx.all(
        "list_last_lines",
        StoredLine,
        user_id=user_id,
        conversation_id=conversation_id,
        limit=limit,
        characters_max=characters_max,
    )
    return rows[::-1]


async def turn_messages(
    tx: Transaction, user_id: str, message_ids: Sequence[str]
) -> dict[str, StoredLine]:
    """Return the messages of a turn that are there, put aside or not, by their ids."""
    rows = await tx.all(
        "list_turn_messages", StoredLine, user_id=user_id, message_ids=list(message_ids)
    )
    return {row.message_id: row for row in rows}


async def delete_interrupted(tx: Transaction, user_id: str, message_id: str) -> None:
    """Delete what is left of an answer that broke off."""
    await tx.execute("delete_interrupted_message", user_id=user_id, message_id=message_id)


async def name(tx: Transaction, user_id: str, conversation_id: str, new_title: str) -> bool:
    """Give a conversation its title; return whether it had none."""
    rows = await tx.mapped(
        "name_conversation",
        dict,
        user_id=user_id,
        conversation_id=conversation_id,
        title=new_title,
    )
    return bool(rows)
