"""Handing over and taking in all that is remembered of a user: one typed function a statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from memsvc.store.database import Transaction


@dataclass(frozen=True, slots=True)
class ExportedConversationRow:
    """A conversation as a line of JSON, and where it stands in the order."""

    conversation_id: str
    line: str


@dataclass(frozen=True, slots=True)
class ExportedPersonaRow:
    """A persona as a line of JSON, and where it stands in the order."""

    persona_id: str
    line: str


@dataclass(frozen=True, slots=True)
class ExportedProjectRow:
    """A project as a line of JSON, and where it stands in the order."""

    project_id: str
    line: str


@dataclass(frozen=True, slots=True)
class ExportedMemoryRow:
    """A memory as a line of JSON, and where it stands in the order."""

    create_time: datetime
    memory_id: UUID
    line: str


async def projects(
    tx: Transaction, user_id: str, *, after: str | None, limit: int
) -> list[ExportedProjectRow]:
    """Return *limit* projects that are the user's before anybody else's, from *after* (an id) on."""
    return await tx.all(
        "list_exported_projects", ExportedProjectRow, user_id=user_id, after=after, limit=limit
    )


async def conversations(
    tx: Transaction, user_id: str, *, after: str | None, limit: int
) -> list[ExportedConversationRow]:
    """Return *limit* conversations from *after* (an id) on."""
    return await tx.all(
        "list_exported_conversations",
        ExportedConversationRow,
        user_id=user_id,
        after=after,
        limit=limit,
    )


async def memories(
    tx: Transaction, user_id: str, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[ExportedMemoryRow]:
    """Return *limit* memories, oldest first, from *after* (create time and id) on."""
    return await tx.all(
        "list_exported_memories",
        ExportedMemoryRow,
        user_id=user_id,
        after_create_time=after and after[0],
        after_id=after and after[1],
        limit=limit,
    )


async def profile(tx: Transaction, user_id: str) -> str | None:
    """Return the profile as a line of JSON, None if there is none."""
    rows = await tx.mapped("get_exported_profile", dict, user_id=user_id)
    return rows[0]["line"] if rows else None


async def preferences(tx: Transaction, user_id: str) -> str | None:
    """Return the preferences as a line of JSON, None if there are none."""
    rows = await tx.mapped("get_exported_preferences", dict, user_id=user_id)
    return rows[0]["line"] if rows else None


async def personas(
    tx: Transaction, user_id: str, *, after: str | None, limit: int
) -> list[ExportedPersonaRow]:
    """Return *limit* personas of the user's own from *after* (an id) on."""
    return await tx.all(
        "list_exported_personas", ExportedPersonaRow, user_id=user_id, after=after, limit=limit
    )


async def put_projects(tx: Transaction, user_id: str, records: Sequence[Mapping[str, Any]]) -> None:
    """Store projects by their columns, which the user owns; those that there are already stay as they are."""
    if records:
        await tx.execute("import_projects", user_id=user_id, records=Jsonb(list(records)))


async def put_conversations(
    tx: Transaction, user_id: str, records: Sequence[Mapping[str, Any]]
) -> int:
    """Store conversations by their columns; return how many were not there before."""
    rows = await tx.mapped(
        "import_conversations", dict, user_id=user_id, records=Jsonb(list(records))
    )
    return len(rows)


async def put_memories(
    tx: Transaction, user_id: str, records: Sequence[Mapping[str, Any]]
) -> list[UUID]:
    """Store memories by their columns; return the ids of those that were not there before.

    A memory is also left out if the user has its message, or another present value in its slot.
    """
    # Nobody takes the place of a message in the meantime.
    named = {record["conversation_id"] for record in records if record["conversation_id"]}
    if named:
        await tx.mapped("hold_conversations", dict, user_id=user_id, conversation_ids=[*named])
    rows = await tx.mapped("import_memories", dict, user_id=user_id, records=Jsonb(list(records)))
    return [row["memory_id"] for row in rows]


async def put_profile(
    tx: Transaction, user_id: str, record: Mapping[str, Any], *, now: datetime
) -> None:
    """Store the profile if there is none."""
    await tx.execute("import_profile", user_id=user_id, record=Jsonb(dict(record)), now=now)


async def put_preferences(tx: Transaction, user_id: str, record: Mapping[str, Any]) -> None:
    """Store the preferences if there are none."""
    await tx.execute("import_preferences", user_id=user_id, record=Jsonb(dict(record)))


async def put_personas(tx: Transaction, user_id: str, records: Sequence[Mapping[str, Any]]) -> None:
    """Store personas of the user's own, those aside whose ids the user has."""
    await tx.execute("import_personas", user_id=user_id, records=Jsonb(list(records)))
