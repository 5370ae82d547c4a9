"""Facts and their slots: one typed function a statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from memsvc.core.lexical import LexicalVectors
from memsvc.core.model import Memory, Role, SourceClass, TemporalState, Vector
from memsvc.core.provenance import is_flagged
from memsvc.store.database import Transaction


@dataclass(frozen=True, slots=True)
class Scope:
    """Facts that bear on each other: those of a slot, or those of one value."""

    user_id: str
    #: Whom they are about, "" for the user.
    author: str
    slot: str
    #: The one value; None for all values of a slot that holds one at a time.
    value_key: str | None
    temporal_state: TemporalState
    ends: bool

    @property
    def name(self) -> str:
        """What those who change these facts wait for."""
        return f"{self.slot}\x1f{self.author}"


@dataclass(frozen=True, slots=True)
class StoredFact:
    """A fact as it is stored, with each message's word on it."""

    memory_id: UUID
    user_id: str
    content: str
    slot: str
    author: str
    value: str
    value_key: str
    temporal_state: TemporalState
    ends: bool
    exclusive: bool
    contested: bool
    valid_from_time: datetime
    valid_to_time: datetime | None
    superseded_by: UUID | None
    superseded_time: datetime | None
    refresh_time: datetime
    stated_confidence: float
    role: Role
    source_message_ids: list[str]
    source_times: list[datetime]
    source_roles: list[int]
    source_confidences: list[float]
    #: As long as the lists above, or shorter where a version before stored it.
    source_classes: list[int]
    #: Of each message, its flags, separated by commas.
    source_flags: list[str]
    source_class: SourceClass | None
    flags: list[str]


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a fact stands among the others of its scope."""

    value_key: str
    exclusive: bool
    contested: bool
    stated_confidence: float
    role: Role
    source_message_ids: list[str]
    source_times: list[datetime]
    source_roles: list[int]
    source_confidences: list[float]
    valid_from_time: datetime
    valid_to_time: datetime | None
    superseded_by: UUID | None
    superseded_time: datetime | None
    refresh_time: datetime
    #: Those of the most trusted message, and of each one.
    source_class: SourceClass
    flags: list[str]
    source_classes: list[int]
    source_flags: list[str]

    def parameters(self) -> dict[str, object]:
        """Return what the statements take."""
        return {name: getattr(self, name) for name in self.__slots__} | {
            "role": int(self.role),
            "source_class": int(self.source_class),
            "flagged": is_flagged(self.flags),
        }


@dataclass(frozen=True, slots=True)
class NewFact:
    """The words of a fact that is not stored yet."""

    memory_id: UUID
    content: str
    category: str
    slot: str
    value: str
    author: str
    temporal_state: TemporalState
    ends: bool
    importance: float
    lexical: LexicalVectors
    #: The message that it was drawn from.
    source: Memory


@dataclass(frozen=True, slots=True)
class NearFact:
    """A fact that comes close in meaning to another."""

    content: str
    value: str
    value_key: str
    similarity: float


def _fact(values: dict[str, Any]) -> StoredFact:
    values["temporal_state"] = TemporalState(values["temporal_state"])
    values["role"] = Role(values["role"])
    given = values["source_class"]
    values["source_class"] = None if given is None else SourceClass(given)
    return StoredFact(**values)


async def lock_slots(tx: Transaction, user_id: str, names: Sequence[str]) -> None:
    """Wait until nobody else changes facts of these slots, and keep it so until the commit."""
    if names:
        await tx.mapped("lock_slots", dict, user_id=user_id, names=sorted(set(names)))


async def in_scope(
    tx: Transaction, scope: Scope, *, since: datetime | None = None
) -> list[StoredFact]:
    """Return the facts of a scope and, of present ones, those that say that a value ended.

    *since*: only what held then or was said later, for what was said before has no bearing on it.
    """
    return await tx.mapped(
        "list_slot_facts",
        _fact,
        user_id=scope.user_id,
        author=scope.author,
        slot=scope.slot,
        value_key=scope.value_key,
        temporal_state=int(scope.temporal_state),
        ends=scope.ends,
        since=since,
    )


async def fetch(tx: Transaction, memory_ids: Sequence[UUID]) -> list[StoredFact]:
    """Return those of the memories that are facts."""
    return await tx.mapped("list_facts", _fact, memory_ids=list(memory_ids))


async def derived(tx: Transaction, messages: Sequence[tuple[str, str]]) -> list[StoredFact]:
    """Return the facts that rest on any of *messages*, given as (user, message)."""
    return await tx.mapped(
        "list_derived_facts",
        _fact,
        user_ids=[user_id for user_id, _ in messages],
        message_ids=[message_id for _, message_id in messages],
    )


async def near(
    tx: Transaction, scope: Scope, space_id: int, embedding: Vector, *, similarity_min: float
) -> list[NearFact]:
    """Return the facts of the scope's slot closest to a unit vector, closest first."""
    return await tx.all(
        "list_near_facts",
        NearFact,
        user_id=scope.user_id,
        author=scope.author,
        slot=scope.slot,
        temporal_state=int(scope.temporal_state),
        ends=scope.ends,
        space_id=space_id,
        embedding=embedding,
        similarity_min=similarity_min,
    )


async def insert(
    tx: Transaction, new: NewFact, placement: Placement, *, unmatched: bool, now: datetime
) -> None:
    """Store a fact; *unmatched* if it has no vector by which it was compared with the others."""
    await tx.execute(
        "insert_fact",
        memory_id=new.memory_id,
        user_id=new.source.user_id,
        content=new.content,
        category=new.category,
        slot=new.slot,
        value=new.value,
        author=new.author,
        temporal_state=int(new.temporal_state),
        ends=new.ends,
        importance=new.importance,
        conversation_id=new.source.conversation_id,
        project_id=new.source.project_id,
        agent_id=new.source.agent_id,
        presence=new.lexical.presence,
        weights=new.lexical.weights,
        unmatched=unmatched,
        now=now,
        **placement.parameters(),
    )


async def copy(
    tx: Transaction, memory_id: UUID, template_id: UUID, placement: Placement, *, now: datetime
) -> None:
    """Store another fact worded as the one of *template_id*, with its vectors."""
    await tx.execute(
        "copy_fact",
        memory_id=memory_id,
        template_id=template_id,
        now=now,
        **{k: v for k, v in placement.parameters().items() if k != "value_key"},
    )
    await tx.execute(
        "copy_embeddings",
        memory_id=memory_id,
        template_id=template_id,
        live=placement.superseded_time is None,
    )


async def place(tx: Transaction, memory_id: UUID, placement: Placement, *, now: datetime) -> None:
    """Change where a fact stands."""
    await tx.execute("place_fact", memory_id=memory_id, now=now, **placement.parameters())


async def touched(tx: Transaction, memory_ids: Sequence[UUID]) -> list[StoredFact]:
    """Return those of the memories that are facts, and the facts that rest on the others."""
    return await tx.mapped("list_touched_facts", _fact, memory_ids=list(memory_ids))


async def mark_fully_drawn(tx: Transaction, memory_id: UUID, *, fully_drawn: bool) -> None:
    """Note whether the facts of a message say all that it says."""
    await tx.execute("mark_fully_drawn", memory_id=memory_id, fully_drawn=fully_drawn)


async def renew_message(tx: Transaction, memory_id: UUID) -> None:
    """Forget what the facts of a message said about it: it says something else now."""
    await tx.execute("renew_message", memory_id=memory_id)


async def settle_sources(tx: Transaction, user_id: str, message_ids: Sequence[str]) -> None:
    """Let messages be over, or so again, whose facts are."""
    if message_ids:
        await tx.execute("settle_sources", user_id=user_id, message_ids=list(message_ids))


async def unplace(
    tx: Transaction, memory_id: UUID, value_key: str, *, value: str | None = None
) -> None:
    """Take a fact out of its slot, until it is placed again, with another value."""
    await tx.execute("unplace_fact", memory_id=memory_id, value_key=value_key, value=value)


async def hold_source(tx: Transaction, memory_id: UUID) -> int | None:
    """Return the version of a message, held until the commit; None if it is gone."""
    rows = await tx.mapped("hold_source", dict, memory_id=memory_id)
    return int(rows[0]["version"]) if rows else None


async def delete(tx: Transaction, memory_ids: Sequence[UUID]) -> None:
    """Delete facts."""
    if memory_ids:
        await tx.execute("delete_facts", memory_ids=list(memory_ids))


async def mark_changed(tx: Transaction, user_id: str) -> None:
    """Note that the user's facts are to be consolidated."""
    await tx.execute("mark_changed", user_id=user_id)
