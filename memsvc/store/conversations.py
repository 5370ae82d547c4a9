"""Conversations and their messages in order: one typed function a statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from memsvc.core.conversations import (
    PREVIEW_CHARACTERS,
    Conversation,
    ConversationFilter,
    MessageFilter,
    MessagePreview,
    RoleShare,
    ThreadMessage,
)
from memsvc.core.model import Memory, Metadata, Role
from memsvc.store.database import Transaction
from memsvc.store.memories import memory_of


@dataclass(frozen=True, slots=True)
class Held:
    """What is known of a conversation that is held."""

    project_id: str
    version: int


@dataclass(frozen=True, slots=True)
class PlacedMessage:
    """A message and where it stands."""

    message: Memory
    place: int


def _conversation(values: dict[str, Any]) -> Conversation:
    last = {name: values.pop(f"last_{name}") for name in ("message_id", "role", "author", "text")}
    time = values.pop("last_time")
    preview = None
    if last["message_id"] is not None:
        preview = MessagePreview(**{**last, "role": Role(last["role"])}, event_time=time)
    return Conversation(**values, preview=preview)


def _placed(values: dict[str, Any]) -> PlacedMessage:
    place = values.pop("place")
    return PlacedMessage(memory_of(values), place)


def _step(values: dict[str, Any]) -> ThreadMessage:
    depth = values.pop("depth")
    return ThreadMessage(memory_of(values), depth)


async def get(
    tx: Transaction, user_id: str, conversation_id: str, *, now: datetime
) -> Conversation | None:
    """Return a conversation, None if there is none."""
    rows = await tx.mapped(
        "get_conversation",
        _conversation,
        user_id=user_id,
        conversation_id=conversation_id,
        preview_characters=PREVIEW_CHARACTERS,
        now=now,
    )
    return rows[0] if rows else None


async def page(
    tx: Transaction,
    user_id: str,
    narrowed: ConversationFilter,
    *,
    now: datetime,
    limit: int,
    after: tuple[bool, datetime, str] | None = None,
) -> list[Conversation]:
    """Return *limit* conversations from *after* (pinned, update time and id) on."""
    return await tx.mapped(
        "list_conversations",
        _conversation,
        user_id=user_id,
        archived=narrowed.archived,
        project_id=narrowed.project_id,
        agent_id=narrowed.agent_id,
        query=narrowed.query,
        after_pinned=after and after[0],
        after_update_time=after and after[1],
        after_id=after and after[2],
        preview_characters=PREVIEW_CHARACTERS,
        now=now,
        limit=limit,
    )


async def insert(
    tx: Transaction,
    user_id: str,
    conversation_id: str,
    *,
    labels: tuple[str, str, str],
    pinned: bool,
    metadata: Metadata,
    now: datetime,
) -> bool:
    """Store a conversation with its *labels* (project, agent and title); return whether it is new."""
    project_id, agent_id, title = labels
    rows = await tx.mapped(
        "insert_conversation",
        dict,
        user_id=user_id,
        conversation_id=conversation_id,
        project_id=project_id,
        agent_id=agent_id,
        title=title,
        pinned=pinned,
        metadata=Jsonb(dict(metadata)),
        now=now,
    )
    return bool(rows)


async def find_empty(
    tx: Transaction, user_id: str, *, project_id: str, agent_id: str
) -> str | None:
    """Return the newest conversation in which nothing was said, None if there is none.

    Whoever else looks for one waits until the commit, and finds the one that is begun now.
    """
    await tx.mapped("lock_slots", dict, user_id=user_id, names=["an empty conversation"])
    rows = await tx.mapped(
        "find_empty_conversation",
        dict,
        user_id=user_id,
        project_id=project_id,
        agent_id=agent_id,
    )
    return rows[0]["conversation_id"] if rows else None


async def hold(tx: Transaction, user_id: str, conversation_id: str) -> Held | None:
    """Keep anybody from saying something in a conversation until the commit; None if there is none."""
    rows = await tx.all("hold_conversation", Held, user_id=user_id, conversation_id=conversation_id)
    return rows[0] if rows else None


async def update(
    tx: Transaction, user_id: str, conversation_id: str, changes: dict[str, Any], *, now: datetime
) -> None:
    """Change what *changes* name: title, pinned, metadata, project_id, archived."""
    metadata = changes.get("metadata")
    await tx.execute(
        "update_conversation",
        user_id=user_id,
        conversation_id=conversation_id,
        title=changes.get("title"),
        pinned=changes.get("pinned"),
        metadata=None if metadata is None else Jsonb(dict(metadata)),
        project_id=changes.get("project_id"),
        archived=changes.get("archived"),
        now=now,
    )


async def move_memories(
    tx: Transaction, user_id: str, conversation_id: str, project_id: str, *, now: datetime
) -> None:
    """Let what was said in a conversation, and comes from it, belong to a project, put aside or not."""
    where = {
        "user_id": user_id,
        "conversation_id": conversation_id,
        "project_id": project_id,
    }
    # As in `detach`: the second one sees the facts that were being drawn.
    for _ in range(2):
        await tx.execute("move_conversation_memories", now=now, **where)
    await tx.execute("move_withheld_memories", **where)


async def place_of(
    tx: Transaction, user_id: str, conversation_id: str, message_id: str, *, now: datetime
) -> int | None:
    """Return where a message stands in its conversation; None if it is not there."""
    rows = await tx.mapped(
        "find_message_place",
        dict,
        user_id=user_id,
        conversation_id=conversation_id,
        message_id=message_id,
        now=now,
    )
    return rows[0]["place"] if rows else None


async def all_messages(
    tx: Transaction, user_id: str, conversation_id: str, *, from_place: int | None = None
) -> dict[UUID, str]:
    """Return the messages of a conversation from a place on, put aside or not: memory id and message id."""
    rows = await tx.mapped(
        "list_conversation_messages",
        dict,
        user_id=user_id,
        conversation_id=conversation_id,
        from_place=from_place,
    )
    return {row["memory_id"]: row["message_id"] for row in rows}


async def detach(tx: Transaction, user_id: str, conversation_id: str, *, now: datetime) -> None:
    """Let what is left of a conversation belong to none."""
    where = {"user_id": user_id, "conversation_id": conversation_id}
    # The first one waits for whoever is drawing facts from its messages, the second one sees those facts.
    for _ in range(2):
        await tx.execute("detach_memories", now=now, **where)
    await tx.execute("detach_withheld_memories", **where)


async def drop_job_messages(tx: Transaction, memory_ids: Sequence[UUID]) -> None:
    """Let no facts be drawn from messages any more that wait for it."""
    await tx.execute("drop_job_messages", memory_ids=list(memory_ids))


async def delete(tx: Transaction, user_id: str, conversation_id: str) -> None:
    """Delete a conversation to which nothing belongs any more."""
    await tx.execute("delete_conversation", user_id=user_id, conversation_id=conversation_id)


async def shares(
    tx: Transaction, user_id: str, conversation_id: str, *, now: datetime
) -> list[RoleShare]:
    """Return how much each role said."""
    return await tx.mapped(
        "measure_conversation",
        lambda values: RoleShare(**{**values, "role": Role(values["role"])}),
        user_id=user_id,
        conversation_id=conversation_id,
        now=now,
    )


async def count_facts(tx: Transaction, user_id: str, conversation_id: str, *, now: datetime) -> int:
    """Return how many facts hold that were first drawn from a conversation."""
    rows = await tx.mapped(
        "count_conversation_facts",
        dict,
        user_id=user_id,
        conversation_id=conversation_id,
        now=now,
    )
    return int(rows[0]["facts"])


async def messages(
    tx: Transaction,
    conversation: Conversation,
    narrowed: MessageFilter,
    *,
    now: datetime,
    limit: int,
    after: int | None = None,
) -> list[PlacedMessage]:
    """Return *limit* messages of a conversation in order, from *after* (a place) on."""
    backwards = narrowed.backwards
    return await tx.mapped(
        "list_messages_backwards" if backwards else "list_messages",
        _placed,
        user_id=conversation.user_id,
        conversation_id=conversation.conversation_id,
        number=conversation.number,
        after_place=None if backwards else after,
        before_place=after if backwards else None,
        roles=[int(role) for role in narrowed.roles] or None,
        parent_message_id=narrowed.parent_message_id,
        now=now,
        limit=limit,
    )


async def message(
    tx: Transaction, user_id: str, message_id: str, *, now: datetime
) -> tuple[Memory, int | None] | None:
    """Return a message and the number of its conversation's places; None if there is none."""

    def found(values: dict[str, Any]) -> tuple[Memory, int | None]:
        number = values.pop("number")
        return memory_of(values), number

    rows = await tx.mapped("get_message", found, user_id=user_id, message_id=message_id, now=now)
    return rows[0] if rows else None


async def find_message(
    tx: Transaction, user_id: str, message_id: str, *, now: datetime
) -> UUID | None:
    """Return the memory that a message is, put aside or not; None if there is none."""
    rows = await tx.mapped("find_message", dict, user_id=user_id, message_id=message_id, now=now)
    return rows[0]["memory_id"] if rows else None


async def ancestors(
    tx: Transaction, user_id: str, message_id: str, *, max_depth: int, limit: int, now: datetime
) -> list[ThreadMessage]:
    """Return what a message answers, the nearest first."""
    return await tx.mapped(
        "list_message_ancestors",
        _step,
        user_id=user_id,
        message_id=message_id,
        max_depth=max_depth,
        limit=limit,
        now=now,
    )


async def descendants(
    tx: Transaction, of: Memory, number: int, *, max_depth: int, limit: int, now: datetime
) -> list[ThreadMessage]:
    """Return what answers a message whose conversation's places have this *number*, nearest first."""
    return await tx.mapped(
        "list_message_descendants",
        _step,
        user_id=of.user_id,
        message_id=of.message_id,
        number=number,
        max_depth=max_depth,
        limit=limit,
        now=now,
    )
