"""Writing memories on purpose: create, update, delete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, TypedDict
from uuid import UUID

from memsvc.core import importance
from memsvc.core.audit import AuditAction, AuditEvent
from memsvc.core.errors import EtagMismatch, MemoryNotFound
from memsvc.core.facts import normalised
from memsvc.core.lexical import lexical_vectors, searchable
from memsvc.core.model import Caller, Memory, MemoryKind, Metadata, SourceClass
from memsvc.core.provenance import joined
from memsvc.store import embeddings, facts, memories, replies, withheld
from memsvc.store.database import Transaction
from memsvc.store.facts import StoredFact
from memsvc.store.memories import NewNote
from memsvc.store.withheld import WithheldState
from memsvc.usecases import auditing
from memsvc.usecases.context import Context
from memsvc.usecases.embedding import EmbeddedTexts, Embedding
from memsvc.usecases.facts import keeping
from memsvc.usecases.facts.drawing import Drawing
from memsvc.usecases.once import Once, Replay
from memsvc.usecases.quotas import Quotas
from memsvc.usecases.screening import (
    TrustPolicy,
    at_leisure,
    masked_data,
    masked_label,
    masked_labels,
    screened_text,
)


@dataclass(frozen=True, slots=True)
class Written:
    """A memory as stored, and the state of the store that includes it."""

    memory: Memory
    revision: int
    #: The memory is put aside.
    quarantined: bool = False


@dataclass(frozen=True, slots=True)
class NoteAsk:
    """A note as the caller wrote it."""

    user_id: str
    content: str
    category: str
    slot: str
    #: None to have it estimated.
    importance: float | None
    confidence: float
    pinned: bool
    tags: list[str]
    metadata: Metadata
    #: None for a note that comes from no conversation.
    conversation_id: str | None
    project_id: str
    agent_id: str
    expire_time: datetime | None
    once: Once[Written]
    #: None for the user's own word.
    source_class: SourceClass | None = None
    #: What the write guard and the masking found, and why it is put aside, if it is.
    flags: tuple[str, ...] = ()
    withheld: str = ""


class Changes(TypedDict, total=False):
    """The new values of the fields to change; an importance of None is to be estimated."""

    content: str
    category: str
    slot: str
    tags: list[str]
    metadata: Metadata
    importance: float | None
    confidence: float
    pinned: bool
    expire_time: datetime | None
    project_id: str
    agent_id: str


@dataclass(frozen=True, slots=True)
class _ScreenedChanges:
    """Changes as they may be stored."""

    changes: Changes
    flags: list[str]
    #: Why the memory is to be put aside; "" if it is not.
    withheld: str


@dataclass(frozen=True, slots=True)
class UpdateAsk:
    """Changes to a memory."""

    memory_id: UUID
    #: If given, whose the memory has to be.
    user_id: str | None
    #: If given, the version that the memory has to have.
    version: int | None
    changes: Changes
    once: Once[Written]


@dataclass(frozen=True, slots=True)
class DeleteAsk:
    """Memories to delete, all or none."""

    memory_ids: list[UUID]
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
        """Store a note with its vector, or let it wait for it; raise SecretFound and TextRejected."""
        now = self.context.clock()
        await self.quotas.make_room(caller, 1, len(ask.content.encode()))
        policy = self.context.trust(caller.tenant_id)
        ask = await at_leisure(len(ask.content), partial(_screened_note, policy, ask))
        embedded = await self.embedding.texts([] if ask.withheld else [ask.content], caller)
        async with self.context.database.transaction(caller) as tx:
            if replay := await ask.once.begin(tx, now):
                return replay
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

        Raises MemoryNotFound, EtagMismatch if the memory has another version than given, SecretFound
        and TextRejected.
        """
        now = self.context.clock()
        policy = self.context.trust(caller.tenant_id)
        screened = await at_leisure(
            len(ask.changes.get("content", "")), partial(_screened_changes, policy, ask.changes)
        )
        ask = replace(ask, changes=screened.changes)
        embedded = await self._embedded(caller, ask, now)
        async with self.context.database.transaction(caller) as tx:
            if replay := await ask.once.begin(tx, now):
                return replay
            touched = await facts.touched(tx, [ask.memory_id])
            await keeping.lock(tx, touched, also_slot=ask.changes.get("slot", ""))
            memory = await memories.get(tx, ask.memory_id, ask.user_id, now=now, lock=True)
            if memory is None:
                raise MemoryNotFound(field="memory.memory_id")
            if ask.version not in {None, memory.version}:
                raise EtagMismatch(field="memory.etag")
            changed = _flagged(_changed(memory, ask.changes), screened)
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
        if "content" not in ask.changes:
            return EmbeddedTexts(())
        async with self.context.database.transaction(caller) as tx:
            memory = await memories.get(tx, ask.memory_id, ask.user_id, now=now)
        author = memory.author if memory else ""
        return await self.embedding.texts([searchable(author, ask.changes["content"])], caller)

    async def _store(
        self,
        tx: Transaction,
        memory: Memory,
        changed: Memory,
        embedded: EmbeddedTexts,
        now: datetime,
    ) -> Memory:
        if changed.content == memory.content:
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

        Raises MemoryNotFound, and then deletes nothing, if one of them is not there.
        """
        now = self.context.clock()
        async with self.context.database.transaction(caller) as tx:
            if replay := await ask.once.begin(tx, now):
                return replay
            touched = await facts.touched(tx, ask.memory_ids)
            await keeping.lock(tx, touched)
            gone = await memories.delete(tx, ask.memory_ids, ask.user_id, now=now)
            aside = sorted(set(ask.memory_ids) - gone.keys())
            gone |= await withheld.delete(tx, memory_ids=aside, user_id=ask.user_id)
            if missing := set(ask.memory_ids) - gone.keys():
                raise MemoryNotFound(field=ask.field, count=str(len(missing)))
            messages = [(one.user_id, one.message_id) for one in gone.values() if one.message_id]
            await keeping.withdraw(tx, self.context, messages)
            deleted = [fact for fact in touched if fact.memory_id in gone]
            await keeping.resettle(tx, self.context, deleted)
            revision = await replies.revision(tx)
            await ask.once.finish(tx, next(iter(gone.values())).user_id, revision)
        return revision


def _changed(memory: Memory, changes: Changes) -> Memory:
    values: dict[str, Any] = {**changes}
    if "importance" in changes and changes["importance"] is None:
        values["importance"] = _estimate(changes.get("content", memory.content), memory)
    return replace(memory, **values)


def _screened_note(policy: TrustPolicy, ask: NoteAsk) -> NoteAsk:
    """Return a note as it may be stored; raise SecretFound and TextRejected."""
    content = screened_text(policy, ask.content, "content")
    category = masked_label(policy, ask.category, "category")
    slot = masked_label(policy, ask.slot, "slot")
    tags, tag_flags = masked_labels(policy, ask.tags, "tags")
    metadata, data_flags = masked_data(policy, ask.metadata, "metadata")
    return replace(
        ask,
        content=content.text,
        category=category.text,
        slot=slot.text,
        tags=tags,
        metadata=metadata,
        flags=tuple(joined(content.flags, category.flags, slot.flags, tag_flags, data_flags)),
        withheld=content.withheld,
    )


def _screened_changes(policy: TrustPolicy, changes: Changes) -> _ScreenedChanges:
    """Return changes as they may be stored; raise SecretFound and TextRejected."""
    kept, withheld_for = Changes(**changes), ""
    flags: list[str] = []
    if "content" in changes:
        content = screened_text(policy, changes["content"], "memory.content")
        kept["content"], withheld_for = content.text, content.withheld
        flags += content.flags
    for name in ("category", "slot"):
        if name in changes:
            label = masked_label(policy, changes[name], f"memory.{name}")
            kept[name] = label.text
            flags += label.flags
    if "tags" in changes:
        kept["tags"], found = masked_labels(policy, changes["tags"], "memory.tags")
        flags += found
    if "metadata" in changes:
        kept["metadata"], of_data = masked_data(policy, changes["metadata"], "memory.metadata")
        flags += of_data
    return _ScreenedChanges(kept, joined(flags), withheld_for)


def _flagged(changed: Memory, screened: _ScreenedChanges) -> Memory:
    """Return the memory with the flags of its new text, or those it had and those of what is new."""
    before = [] if "content" in screened.changes else changed.flags
    return replace(changed, flags=joined(before, screened.flags))
