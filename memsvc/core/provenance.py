"""Where a memory comes from and how far it is trusted: as far as the least trusted thing it rests on."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from memsvc.core.model import Memory, MemoryKind, Role, SourceClass

#: How far each class is trusted.
CLASS_TRUST: Final = {
    SourceClass.DIRECT_USER: 1.0,
    SourceClass.MODEL_INFERENCE: 0.6,
    SourceClass.TOOL_INTERNAL: 0.5,
    SourceClass.DOCUMENT: 0.4,
    SourceClass.TOOL_EXTERNAL: 0.3,
}
#: What the text of a role is taken for at best.
ROLE_CLASS: Final = {
    Role.USER: SourceClass.DIRECT_USER,
    Role.ASSISTANT: SourceClass.MODEL_INFERENCE,
    Role.SYSTEM: SourceClass.TOOL_INTERNAL,
    Role.TOOL: SourceClass.TOOL_EXTERNAL,
}
#: What is left of the trust, and of the score, of what the write guard flagged.
FLAGGED_FACTOR: Final = 0.2
#: A flag that is no signal of the guard, or no longer one, has a word before a colon.
APPROVED: Final = "approved:"
MASKED: Final = "masked:"
FOUND: Final = "found:"


@dataclass(frozen=True, slots=True)
class Withheld:
    """A memory that is put aside."""

    #: As it will be when it is released.
    memory: Memory
    #: The names of signals, or of a rule.
    reason: str
    withhold_time: datetime
    #: When it is to be deleted; None for never.
    purge_time: datetime | None


def class_of(role: Role | None, given: SourceClass | None) -> SourceClass:
    """Return the class of what a *role* said, or None wrote on purpose: no better than the role's."""
    best = SourceClass.DIRECT_USER if role is None else ROLE_CLASS[role]
    return best if given is None else min(best, given, key=CLASS_TRUST.__getitem__)


def source_class(memory: Memory) -> SourceClass:
    """Return where *memory* comes from; one of before classes were kept is of its role's."""
    if memory.kind is MemoryKind.SUMMARY and memory.source_class is None:
        return SourceClass.MODEL_INFERENCE
    return class_of(memory.role, memory.source_class)


def is_flagged(flags: Collection[str]) -> bool:
    """Return whether the write guard found a signal that nobody has approved."""
    return any(":" not in flag for flag in flags)


def trust(source: SourceClass, flags: Collection[str]) -> float:
    """Return how far something of this source with these *flags* is trusted, 0 to 1."""
    return CLASS_TRUST[source] * (FLAGGED_FACTOR if is_flagged(flags) else 1.0)


def trust_of(memory: Memory) -> float:
    """Return how far *memory* is trusted, 0 to 1."""
    return trust(source_class(memory), memory.flags)


def least_trust(memories: Iterable[Memory]) -> float:
    """Return how far something is trusted that rests on all of *memories*; 1 for nothing."""
    return min((trust_of(memory) for memory in memories), default=1.0)


def joined(*flags: Iterable[str]) -> list[str]:
    """Return all *flags*, each once, in alphabetical order."""
    return sorted({flag for some in flags for flag in some})
