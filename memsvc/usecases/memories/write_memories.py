"""Writing memories on purpose: create, update, delete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from memsvc.core import importance
from memsvc.core.audit import AuditAction, AuditEvent
from memsvc.core.errors import EtagMismatch, MemoryNotFound, MemsvcError, MessageNotFound
from memsvc.core.facts import normalised
from memsvc.core.lexical import lexical_vectors, searchable
from memsvc.core.model import Caller, Memory, MemoryKind
from memsvc.store import conversations, embeddings, facts, memories, replies, withheld
from memsvc.store.database import Transaction
from memsvc.store.facts import StoredFact
from memsvc.store.memories import NewNote
from memsvc.store.withheld import WithheldState
from memsvc.usecases import auditing
from memsvc.usecases.context import Context
from memsvc.usecases.embedding import EmbeddedTexts, Embedding
from memsvc.usecases.facts import keeping
from memsvc.usecases.facts.drawing import Drawing
from memsvc.usecases.memories.removing import remove
from memsvc.usecases.memories.screened_writes import (
    Changes,
    NoteAsk,
    Written,
    flagged,
    screened_changes,
    screened_note,
)
from memsvc.usecases.once import Once, Replay
from memsvc.usecases.projects.gate import admit
from memsvc.usecases.quotas import Quotas
from memsvc.usecases.screening import at_leisure


@dataclass(frozen=True, slots=True)
class MessageName:
    """A memory by the message that it is."""

    user_id: str
    message_id: str


@dataclass(frozen=True, slots=True)
class UpdateAsk:
    """Changes to a memory."""

    which: UUID | MessageName
    #: If given, whose the memory has to be.
    user_id: str | None
    #: If given, the version that the memory has to have.
    version: int | None
    changes: Changes
    once: Once[Written]
    #: Where in the request the changes stand.
    path: str = "memory"


@dataclass(frozen=True, slots=True)
class DeleteAsk:
    """Memories to delete, all or none."""

    which: list[UUID] | MessageName
    #: If given, whose the memories have to be.
    user_id: str | None
    #: Which field of the request named them.
    field: str
    once: Once[int]


def _estimate(content: str, memory: Memory | None = None) -> float:
    if memory is not None and memory.role is not None:
        return importance.first_guess(content, importance.ROLE_BASE[memory.role])
    return importance.first_guess(content, importance.NOTE_BASE)


@dataclass(frozen=True, slots=True)
class WriteMemories:
    """Creates, updates and deletes memories."""

    context: Context
    embedding: Embedding
    drawing: Drawing
    quotas: Quotas

    async def create(self, caller: Caller, ask: NoteAsk) -> Written | Replay:
        """Store a note with its vector, or let it wait for it.

        Raises SecretFound, TextRejected, ProjectNotFound and ProjectRoleMissing.
        """
        now = self.context.clock()
        size = len(ask.content.encode())
        if replay := await self.quotas.room_or_reply(caller, ask.once, 1, size):
            return replay
        policy = self.context.trust(caller.tenant_id)
        ask = await at_leisure(len(ask.content), partial(screened_note, policy, ask))
        embedded = await self.embedding.texts([] if ask.withheld else [ask.content], caller)
        async with self.context.database.transaction(caller) as tx:
            if replay := await ask.once.begin(tx, now):
                return replay
            await admit(tx, ask.user_id, ask.project_id)
            if ask.conversation_id is not None:
                await memories.ensure_conversation(
                    tx,
                    ask.user_id,
                    ask.conversation_id,
                    project_id=ask.project_id,
                    agent_id=ask.agent_id,
                    now=now,
                )
            memory = await memories.insert_note(
                tx, self._note(ask), lexical_vectors(ask.content), now=now
            )
            if ask.withheld:
                await self._put_aside(tx, memory, ask.withheld, now)
            else:
                await embedded.keep(tx, [(0, memory.memory_id, memory.version)], now)
            written = Written(memory, await replies.revision(tx), quarantined=bool(ask.withheld))
            await ask.once.finish(tx, ask.user_id, written)
            await self._record(tx, caller, memory, ask.withheld, now)
        return written

    async def _put_aside(self, tx: Transaction, memory: Memory, reason: str, now: datetime) -> None:
        await withheld.withhold(tx, [memory.memory_id], WithheldState.QUARANTINED, reason, now=now)

    async def _record(
        self, tx: Transaction, caller: Caller, memory: Memory, reason: str, now: datetime
    ) -> None:
        if reason:
            event = AuditEvent(AuditAction.MEMORY_QUARANTINED, str(memory.memory_id), reason)
            await auditing.record_all(tx, caller, [event], now=now)

    def _note(self, ask: NoteAsk) -> NewNote:
        guess = _estimate(ask.content) if ask.importance is None else ask.importance
        return NewNote(
            memory_id=self.context.new_id(),
            user_id=ask.user_id,
            content=ask.content,
            category=ask.category,
            slot=ask.slot,
            confidence=ask.confidence,
            importance=guess,
            pinned=ask.pinned,
            tags=ask.tags,
            metadata=ask.metadata,
            conversation_id=ask.conversation_id,
            project_id=ask.project_id,
            agent_id=ask.agent_id,
            expire_time=ask.expire_time,
            source_class=ask.source_class,
            flags=ask.flags,
        )

    async def update(self, caller: Caller, ask: UpdateAsk) -> Written | Replay:
        """Change a memory; new text gets its vector in the same transaction or waits for it.

        Raises MemoryNotFound or MessageNotFound, EtagMismatch if it has another version than given, SecretFound,
        TextRejected, ProjectNotFound and ProjectRoleMissing.
        """
        now = self.context.clock()
        policy = self.context.trust(caller.tenant_id)
        screened = await at_leisure(
            len(ask.changes.get("content", "")),
            partial(screened_changes, policy, ask.changes, ask.path),
        )
        ask = replace(ask, changes=screened.changes)
        embedded = await self._embedded(caller, ask, now)
        async with self.context.database.transaction(caller) as tx:
            if replay := await ask.once.begin(tx, now):
                return replay
            memory_id = await _named(tx, ask.which, now)
            touched = await facts.touched(tx, [memory_id])
            await keeping.lock(tx, touched, also_slot=ask.changes.get("slot", ""))
            memory = await memories.get(tx, memory_id, ask.user_id, now=now, lock=True)
            if memory is None:
                raise _not_found(ask.which, f"{ask.path}.memory_id")
            if ask.version not in {None, memory.version}:
                raise EtagMismatch(field=f"{ask.path}.etag")
            if ask.changes.get("project_id", memory.project_id) != memory.project_id:
                await admit(tx, memory.user_id, ask.changes["project_id"], f"{ask.path}.project_id")
            changed = flagged(_changed(memory, ask.changes), screened)
            moved = (changed.content, changed.slot) != (memory.content, memory.slot)
            is_moved_fact = moved and memory.kind is MemoryKind.FACT
            if is_moved_fact:
                await facts.unplace(tx, memory.memory_id, normalised(changed.content), value="")
            memory = await self._store(tx, memory, changed, embedded, now)
            if screened.withheld:
                await self._put_aside(tx, memory, screened.withheld, now)
            if is_moved_fact:
                memory = await self._placed(tx, memory, touched, now)
            written = Written(
                memory, await replies.revision(tx), quarantined=bool(screened.withheld)
            )
            await ask.once.finish(tx, memory.user_id, written)
            await self._record(tx, caller, memory, screened.withheld, now)
        return written

    async def _embedded(self, caller: Caller, ask: UpdateAsk, now: datetime) -> EmbeddedTexts:
        """Return the vector of the new text, outside of the transaction that stores it."""
        if not {"content", "author"} & ask.changes.keys():
            return EmbeddedTexts(())
        async with self.context.database.transaction(caller) as tx:
            memory_id = await _named(tx, ask.which, now)
            memory = await memories.get(tx, memory_id, ask.user_id, now=now)
        if memory is None:
            return EmbeddedTexts(())
        author = ask.changes.get("author", memory.author)
        content = ask.changes.get("content", memory.content)
        return await self.embedding.texts([searchable(author, content)], caller)

    async def _store(
        self,
        tx: Transaction,
        memory: Memory,
        changed: Memory,
        embedded: EmbeddedTexts,
        now: datetime,
    ) -> Memory:
        if (changed.content, changed.author) == (memory.content, memory.author):
            return await memories.update(tx, changed, None, now=now)
        stored = await memories.update(
            tx, changed, lexical_vectors(searchable(changed.author, changed.content)), now=now
        )
        await embeddings.forget(tx, stored.memory_id)
        await embedded.keep(tx, [(0, stored.memory_id, stored.version)], now)
        if stored.kind is MemoryKind.EPISODE and stored.message_id is not None:
            await keeping.withdraw(tx, self.context, [(stored.user_id, stored.message_id)])
            await facts.renew_message(tx, stored.memory_id)
            await self.drawing.draw_again(tx, stored)
        return stored

    async def _placed(
        self, tx: Transaction, memory: Memory, before: Sequence[StoredFact], now: datetime
    ) -> Memory:
        """Return the fact after it has found its place among the others of its slot."""
        after = await facts.fetch(tx, [memory.memory_id])
        await keeping.resettle(tx, self.context, [*before, *after])
        return await memories.get(tx, memory.memory_id, None, now=now) or memory

    async def delete(self, caller: Caller, ask: DeleteAsk) -> int | Replay:
        """Delete memories, with what rests on them alone, and return the revision.

        Raises MemoryNotFound or MessageNotFound, and then deletes nothing, if one of them is not there.
        """
        now = self.context.clock()
        async with self.context.database.transaction(caller) as tx:
            if replay := await ask.once.begin(tx, now):
                return replay
            wanted = ask.which
            if isinstance(wanted, MessageName):
                wanted = [await _named(tx, wanted, now)]
            gone = await remove(tx, self.context, wanted, ask.user_id, now=now)
            if missing := set(wanted) - gone.keys():
                if isinstance(ask.which, MessageName):
                    raise MessageNotFound(field=ask.field)
                raise MemoryNotFound(field=ask.field, count=str(len(missing)))
            revision = await replies.revision(tx)
            await ask.once.finish(tx, next(iter(gone.values())).user_id, revision)
        return revision


def _changed(memory: Memory, changes: Changes) -> Memory:
    values: dict[str, Any] = {**changes}
    if "importance" in changes and changes["importance"] is None:
        values["importance"] = _estimate(changes.get("content", memory.content), memory)
    return replace(memory, **values)


async def _named(tx: Transaction, which: UUID | MessageName, now: datetime) -> UUID:
    """Return the memory that is meant; raise MessageNotFound."""
    if isinstance(which, UUID):
        return which
    found = await conversations.find_message(tx, which.user_id, which.message_id, now=now)
    if found is None:
        raise MessageNotFound(field="message_id")
    return found


def _not_found(which: UUID | MessageName, field: str) -> MemsvcError:
    return MemoryNotFound(field=field) if isinstance(which, UUID) else MessageNotFound(field=field)
