"""What is written on purpose, as it was asked for and as it may be stored."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict

from memsvc.core.model import Memory, Metadata, SourceClass
from memsvc.core.provenance import joined
from memsvc.usecases.once import Once
from memsvc.usecases.screening import (
    TrustPolicy,
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
    #: Of a message only.
    author: str
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
class ScreenedChanges:
    """Changes as they may be stored."""

    changes: Changes
    flags: list[str]
    #: Why the memory is to be put aside; "" if it is not.
    withheld: str


def screened_note(policy: TrustPolicy, ask: NoteAsk) -> NoteAsk:
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


def screened_changes(policy: TrustPolicy, changes: Changes, path: str) -> ScreenedChanges:
    """Return the changes at *path* as they may be stored; raise SecretFound and TextRejected."""
    kept, withheld_for = Changes(**changes), ""
    flags: list[str] = []
    for text in ("content", "author"):
        if text in changes:
            said = screened_text(policy, changes[text], f"{path}.{text}")
            kept[text] = said.text
            withheld_for = ",".join(filter(None, (withheld_for, said.withheld)))
            flags += said.flags
    for name in ("category", "slot"):
        if name in changes:
            label = masked_label(policy, changes[name], f"{path}.{name}")
            kept[name] = label.text
            flags += label.flags
    if "tags" in changes:
        kept["tags"], found = masked_labels(policy, changes["tags"], f"{path}.tags")
        flags += found
    if "metadata" in changes:
        kept["metadata"], of_data = masked_data(policy, changes["metadata"], f"{path}.metadata")
        flags += of_data
    return ScreenedChanges(kept, joined(flags), withheld_for)


def flagged(changed: Memory, screened: ScreenedChanges) -> Memory:
    """Return the memory with the flags of its new text, or those it had and those of what is new."""
    before = [] if "content" in screened.changes else changed.flags
    return replace(changed, flags=joined(before, screened.flags))
