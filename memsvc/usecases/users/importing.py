"""Taking in all that is remembered of a user elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from memsvc.core import user_export
from memsvc.core.audit import AuditAction
from memsvc.core.errors import InvalidFields
from memsvc.core.lexical import lexical_vectors, searchable
from memsvc.core.model import Caller
from memsvc.core.personas import PERSONAS_MAX
from memsvc.core.user_export import (
    FIELD,
    End,
    ExportedConversation,
    ExportedMemory,
    ExportedPersona,
    ExportedPreferences,
    ExportedProfile,
    ExportedProject,
    Header,
)
from memsvc.store import embeddings, forgetting, transfer
from memsvc.usecases.auditing import record
from memsvc.usecases.context import Context
from memsvc.usecases.quotas import Quotas

#: Memories that are stored in one transaction, and how long that may take, in seconds.
BATCH: Final = 200
BATCH_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an import."""

    #: Into which user; "" for the exported one. Only the first piece's counts.
    user_id: str
    lines: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What was taken in."""

    conversations: int
    memories: int
    duplicates: int


@dataclass(slots=True)
class _Import:
    """An import under way."""

    header: Header
    user_id: str
    projects: list[dict[str, Any]] = field(default_factory=list)
    conversations: list[dict[str, Any]] = field(default_factory=list)
    memories: list[dict[str, Any]] = field(default_factory=list)
    profile: dict[str, Any] | None = None
    preferences: dict[str, Any] | None = None
    personas: list[dict[str, Any]] = field(default_factory=list)
    persona_count: int = 0
    end: End | None = None
    conversation_ids: set[str] = field(default_factory=set)
    projects_read: int = 0
    #: Conversations and memories that were read, and that were stored.
    read: list[int] = field(default_factory=lambda: [0, 0])
    stored: list[int] = field(default_factory=lambda: [0, 0])

    def take_persona(self, line: ExportedPersona, number: int) -> None:
        """Note a persona; raise InvalidFields for one too many."""
        self.persona_count += 1
        if self.persona_count > PERSONAS_MAX:
            raise InvalidFields([(FIELD, f"line {number}: one persona too many")])
        self.personas.append(line.model_dump(mode="json", exclude={"type"}))

    @property
    def is_full(self) -> bool:
        """Whether it is time to store what was read."""
        waiting = (self.projects, self.conversations, self.memories, self.personas)
        return sum(len(records) for records in waiting) >= BATCH


@dataclass(frozen=True, slots=True)
class Importing:
    """Imports users."""

    context: Context
    quotas: Quotas

    async def __call__(self, caller: Caller, pieces: AsyncIterator[Piece]) -> Imported:
        """Store what comes, batch by batch; what was stored stays stored if the stream breaks off.

        Raises InvalidFields for a line that is not as it should be, and UserErased.
        """
        under_way: _Import | None = None
        number = 0
        async for piece in pieces:
            for text in piece.lines.split("\n"):
                if not text.strip():
                    continue
                number += 1
                line = user_export.parse(text, number)
                if under_way is None:
                    under_way = _begun(line, piece.user_id or caller.user_id)
                    continue
                self._take(under_way, line, number)
                if under_way.is_full:
                    await self._store(caller, under_way)
        if under_way is None or under_way.end is None:
            raise InvalidFields([(FIELD, "the export breaks off: it has no line that ends it")])
        await self._store(caller, under_way)
        return await self._ended(caller, under_way, under_way.end)

    def _take(self, under_way: _Import, line: user_export.Line, number: int) -> None:
        """Note what a line holds."""
        if under_way.end is not None:
            raise InvalidFields([(FIELD, f"line {number}: comes after the end")])
        match line:
            case Header():
                raise InvalidFields([(FIELD, f"line {number}: a second header")])
            case ExportedProject():
                under_way.projects_read += 1
                under_way.projects.append(line.model_dump(mode="json", exclude={"type"}))
            case ExportedConversation():
                under_way.read[0] += 1
                under_way.conversation_ids.add(line.conversation_id)
                under_way.conversations.append(line.model_dump(mode="json", exclude={"type"}))
            case ExportedMemory():
                _take_memory(under_way, line, number)
            case ExportedProfile():
                under_way.profile = line.model_dump(mode="json", exclude={"type"})
            case ExportedPreferences():
                under_way.preferences = line.model_dump(mode="json", exclude={"type"})
            case ExportedPersona():
                under_way.take_persona(line, number)
            case End():
                under_way.end = line

    async def _store(self, caller: Caller, under_way: _Import) -> None:
        now = self.context.clock()
        latest = asyncio.get_running_loop().time() + BATCH_SECONDS
        limited = replace(caller, deadline=min(caller.deadline, latest))
        size = sum(len(columns["content"].encode()) for columns in under_way.memories)
        await self.quotas.make_room(limited, len(under_way.memories), size)
        async with self.context.database.transaction(limited) as tx:
            user_id = under_way.user_id
            await transfer.put_projects(tx, user_id, under_way.projects)
            conversations = await transfer.put_conversations(tx, user_id, under_way.conversations)
            memory_ids = await transfer.put_memories(tx, user_id, under_way.memories)
            await embeddings.mark_pending(tx, memory_ids, now=now)
            if under_way.profile is not None:
                await transfer.put_profile(tx, user_id, under_way.profile, now=now)
            if under_way.preferences is not None:
                await transfer.put_preferences(tx, user_id, under_way.preferences)
            await transfer.put_personas(tx, user_id, under_way.personas)
        under_way.stored[0] += conversations
        under_way.stored[1] += len(memory_ids)
        under_way.projects.clear()
        under_way.conversations.clear()
        under_way.memories.clear()
        under_way.personas.clear()

    async def _ended(self, caller: Caller, under_way: _Import, end: End) -> Imported:
        read = [under_way.projects_read, *under_way.read]
        if read != [end.project_count, end.conversation_count, end.memory_count]:
            raise InvalidFields([(FIELD, "lines are missing: the end counts more than there were")])
        conversations, memories = under_way.stored
        now = self.context.clock()
        async with self.context.database.transaction(caller) as tx:
            target = (await forgetting.hash_of(tx, under_way.user_id)).hex()
            await record(
                tx, caller, AuditAction.USER_IMPORTED, target=target, count=memories, now=now
            )
        return Imported(conversations, memories, sum(under_way.read) - conversations - memories)


def _begun(line: user_export.Line, user_id: str) -> _Import:
    if not isinstance(line, Header):
        raise InvalidFields([(FIELD, "line 1: has to be the header of an export")])
    return _Import(line, user_id or line.user_id)


def _take_memory(under_way: _Import, line: ExportedMemory, number: int) -> None:
    under_way.read[1] += 1
    if line.conversation_id not in {None, *under_way.conversation_ids}:
        raise InvalidFields([(FIELD, f"line {number}: conversation_id is of none before")])
    under_way.memories.append(_columns(line, under_way))


def _columns(line: ExportedMemory, under_way: _Import) -> dict[str, Any]:
    """Return a memory's columns, those that are made of its text included."""
    another = under_way.user_id if under_way.user_id != under_way.header.user_id else None
    columns = line.for_user(another)
    lexical = lexical_vectors(searchable(line.author, line.content))
    columns["place"] = columns.pop("position")
    return {**columns, "presence": lexical.presence, "weights": lexical.weights}
