"""Memories: one typed function a statement. Each runs inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from memsvc.core.lexical import LexicalVectors
from memsvc.core.model import (
    Memory,
    MemoryFilter,
    MemoryKind,
    Metadata,
    NewMessage,
    Role,
    SourceClass,
    TemporalState,
)
from memsvc.core.provenance import FLAGGED_FACTOR, class_of, is_flagged
from memsvc.store.database import Transaction


@dataclass(frozen=True, slots=True)
class NewEpisode:
    """A message with everything that is made of it before it is stored."""

    memory_id: UUID
    message: NewMessage
    importance: float
    lexical: LexicalVectors


@dataclass(frozen=True, slots=True)
class NewNote:
    """A note with everything that is made of it before it is stored."""

    memory_id: UUID
    user_id: str
    content: str
    category: str
    slot: str
    confidence: float
    importance: float
    pinned: bool
    tags: list[str]
    metadata: Metadata
    conversation_id: str | None
    project_id: str
    agent_id: str
    expire_time: datetime | None
    source_class: SourceClass | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deleted:
    """What is known of a memory that is gone."""

    user_id: str
    #: The message's id, of an episode.
    message_id: str | None


def memory_of(values: dict[str, Any]) -> Memory:
    """Return the memory of a row's values by name."""
    values["kind"] = MemoryKind(values["kind"])
    values["temporal_state"] = TemporalState(values["temporal_state"])
    values["role"] = None if values["role"] is None else Role(values["role"])
    given = values["source_class"]
    values["source_class"] = None if given is None else SourceClass(given)
    return Memory(**values)


def filter_parameters(memory_filter: MemoryFilter, now: datetime) -> dict[str, object]:
    """Return what the statements' filter takes."""
    conditions = memory_filter.metadata
    return {
        "now": now,
        "as_of_time": memory_filter.as_of_time,
        "known_time": memory_filter.known_time,
        "include_superseded": memory_filter.include_superseded,
        "include_spent_messages": memory_filter.include_spent_messages,
        "leave_out_flagged": memory_filter.leave_out_flagged,
        "kinds": [int(kind) for kind in memory_filter.kinds] or None,
        "categories": memory_filter.categories or None,
        "slots": memory_filter.slots or None,
        "tags_any": memory_filter.tags_any or None,
        "tags_all": memory_filter.tags_all or None,
        "roles": [int(role) for role in memory_filter.roles] or None,
        "conversation_ids": memory_filter.conversation_ids or None,
        "project_ids": memory_filter.project_ids or None,
        "agent_ids": memory_filter.agent_ids or None,
        "start_time": memory_filter.start_time,
        "end_time": memory_filter.end_time,
        "min_importance": memory_filter.min_importance,
        "metadata_keys": [condition.key for condition in conditions] or None,
        "metadata_operators": [int(condition.operator) for condition in conditions] or None,
        "metadata_values": [Jsonb(condition.value) for condition in conditions] or None,
    }


async def newest(
    tx: Transaction,
    user_id: str,
    memory_filter: MemoryFilter,
    *,
    now: datetime,
    limit: int,
    after: tuple[datetime, UUID] | None = None,
) -> list[Memory]:
    """Return the *limit* newest memories of a user, from *after* (create time and id) on."""
    return await tx.mapped(
        "list_memories",
        memory_of,
        user_id=user_id,
        after_create_time=after and after[0],
        after_id=after and after[1],
        limit=limit,
        **filter_parameters(memory_filter, now),
    )


async def timeline(
    tx: Transaction,
    user_id: str,
    category: str | None,
    slot: str | None,
    *,
    known_time: datetime,
    limit: int,
    after: tuple[datetime, UUID] | None = None,
) -> list[Memory]:
    """Return *limit* facts and notes of a user in the order of valid_from_time, from *after* on."""
    return await tx.mapped(
        "list_timeline",
        memory_of,
        user_id=user_id,
        category=category,
        slot=slot,
        now=known_time,
        known_time=known_time,
        after_valid_from_time=after and after[0],
        after_id=after and after[1],
        limit=limit,
    )


async def conscious(
    tx: Transaction,
    user_id: str,
    categories: list[str],
    *,
    leave_out_flagged: bool,
    now: datetime,
    limit: int,
    agent_ids: Sequence[str] = (),
) -> list[Memory]:
    """Return the *limit* most essential memories of a user, most essential first."""
    return await tx.mapped(
        "list_conscious_memories",
        memory_of,
        user_id=user_id,
        categories=categories or None,
        agent_ids=list(agent_ids) or None,
        leave_out_flagged=leave_out_flagged,
        flagged_factor=FLAGGED_FACTOR,
        now=now,
        limit=limit,
    )


async def fetch(tx: Transaction, memory_ids: Sequence[UUID]) -> dict[UUID, Memory]:
    """Return memories by id, those that are still there."""
    rows = await tx.mapped("fetch_memories", memory_of, memory_ids=list(memory_ids))
    return {memory.memory_id: memory for memory in rows}


async def get(
    tx: Transaction, memory_id: UUID, user_id: str | None, *, now: datetime, lock: bool = False
) -> Memory | None:
    """Return a memory, None if there is none; with *lock* nobody else changes it meanwhile."""
    name = "lock_memory" if lock else "get_memory"
    rows = await tx.mapped(name, memory_of, memory_id=memory_id, user_id=user_id, now=now)
    return rows[0] if rows else None


async def source_messages(tx: Transaction, memory: Memory) -> list[Memory]:
    """Return the episodes that *memory* rests on, oldest first."""
    return await messages(tx, memory.user_id, memory.source_message_ids)


async def messages(tx: Transaction, user_id: str, message_ids: Sequence[str]) -> list[Memory]:
    """Return the episodes of a user by their messages' ids, those that are there, oldest first."""
    return await tx.mapped(
        "list_source_messages", memory_of, user_id=user_id, message_ids=list(message_ids)
    )


async def insert_episodes(
    tx: Transaction,
    episodes: Sequence[NewEpisode],
    *,
    user_id: str,
    conversation_id: str,
    project_id: str,
    agent_id: str,
    now: datetime,
) -> set[UUID]:
    """Store messages and return the memory ids of those that were not there before."""
    rows = await tx.mapped(
        "insert_episodes",
        dict,
        user_id=user_id,
        conversation_id=conversation_id,
        project_id=project_id,
        agent_id=agent_id,
        now=now,
        memory_ids=[episode.memory_id for episode in episodes],
        contents=[episode.message.content for episode in episodes],
        importances=[episode.importance for episode in episodes],
        metadata=[Jsonb(dict(episode.message.metadata)) for episode in episodes],
        event_times=[episode.message.event_time or now for episode in episodes],
        message_ids=[episode.message.message_id for episode in episodes],
        roles=[int(episode.message.role) for episode in episodes],
        authors=[episode.message.author for episode in episodes],
        parent_message_ids=[episode.message.parent_message_id for episode in episodes],
        source_classes=[int(_class(episode)) for episode in episodes],
        flags=[",".join(episode.message.flags) for episode in episodes],
        flagged=[is_flagged(episode.message.flags) for episode in episodes],
        interrupted=[episode.message.interrupted for episode in episodes],
        presences=[episode.lexical.presence for episode in episodes],
        weights=[episode.lexical.weights for episode in episodes],
    )
    return {row["memory_id"] for row in rows}


def _class(episode: NewEpisode) -> SourceClass:
    return class_of(episode.message.role, episode.message.source_class)


async def insert_note(
    tx: Transaction, note: NewNote, lexical: LexicalVectors, *, now: datetime
) -> Memory:
    """Store a note and return it."""
    rows = await tx.mapped(
        "insert_note",
        memory_of,
        memory_id=note.memory_id,
        user_id=note.user_id,
        content=note.content,
        category=note.category,
        slot=note.slot,
        confidence=note.confidence,
        importance=note.importance,
        pinned=note.pinned,
        tags=note.tags,
        metadata=Jsonb(dict(note.metadata)),
        conversation_id=note.conversation_id,
        project_id=note.project_id,
        agent_id=note.agent_id,
        expire_time=note.expire_time,
        source_class=int(class_of(None, note.source_class)),
        flags=list(note.flags),
        flagged=is_flagged(note.flags),
        presence=lexical.presence,
        weights=lexical.weights,
        now=now,
    )
    return rows[0]


async def update(
    tx: Transaction, memory: Memory, lexical: LexicalVectors | None, *, now: datetime
) -> Memory:
    """Store the changed *memory* and return it; *lexical* is given where the text changed."""
    rows = await tx.mapped(
        "update_memory",
        memory_of,
        memory_id=memory.memory_id,
        content=memory.content,
        author=memory.author,
        category=memory.category,
        slot=memory.slot,
        tags=memory.tags,
        metadata=Jsonb(dict(memory.metadata)),
        importance=memory.importance,
        confidence=memory.confidence,
        pinned=memory.pinned,
        expire_time=memory.expire_time,
        project_id=memory.project_id,
        agent_id=memory.agent_id,
        flags=memory.flags,
        flagged=is_flagged(memory.flags),
        presence=lexical and lexical.presence,
        weights=lexical and lexical.weights,
        now=now,
    )
    return rows[0]


async def delete(
    tx: Transaction, memory_ids: list[UUID], user_id: str | None, *, now: datetime
) -> dict[UUID, Deleted]:
    """Delete memories, not what rests on them; return those of *memory_ids* that there were."""
    rows = await tx.mapped("delete_memories", dict, memory_ids=memory_ids, user_id=user_id, now=now)
    return {row["memory_id"]: Deleted(row["user_id"], row["message_id"]) for row in rows}


async def ensure_conversation(
    tx: Transaction,
    user_id: str,
    conversation_id: str,
    *,
    project_id: str,
    agent_id: str,
    now: datetime,
) -> None:
    """Make sure that the conversation exists."""
    await tx.execute(
        "ensure_conversation",
        user_id=user_id,
        conversation_id=conversation_id,
        project_id=project_id,
        agent_id=agent_id,
        now=now,
    )
