"""How what was said about one thing, at different times, becomes what was so from when to when.

A mention is one message that says it; a span is a stretch of time in which one value held. The spans
are worked out from all the mentions in the order of their times, never from one change to the next:
so the order in which mentions arrive makes no difference, and taking one away undoes what it did.

The rules: a later mention of another value ends the span before it; the same value goes on; a value
that comes back begins a span of its own; a mention that says that a value holds no longer ends it.
What a less trusted voice says, or what is much less sure, ends nothing: it is contested.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from memsvc.core.model import Role, SourceClass
from memsvc.core.provenance import class_of, trust

#: By how much less sure a mention may be and still end what held before. From Mémoire.
CONFIDENCE_SLACK: Final = 0.15


@dataclass(frozen=True, slots=True)
class Mention:
    """One message's word on a value."""

    #: Since when it is so, by this message.
    time: datetime
    #: What two values share that are the same.
    key: str
    message_id: str
    role: Role
    #: 0 to 1.
    confidence: float
    #: The stored fact that the mention stands in; None for one that is not stored yet.
    fact_id: UUID | None
    #: The value holds no longer; an empty key means whichever held.
    ends: bool = False
    #: Where the message's text comes from; None for what its role says.
    source_class: SourceClass | None = None
    #: What the write guard and the masking found in it.
    flags: tuple[str, ...] = ()

    @property
    def source(self) -> SourceClass:
        """Where it comes from."""
        return class_of(self.role, self.source_class)

    @property
    def trust(self) -> float:
        """How far it is trusted: as far as its source, and less if the message was flagged."""
        return trust(self.source, self.flags)


@dataclass(slots=True)
class Span:
    """A stretch of time in which a value held."""

    key: str
    #: In the order of their times.
    mentions: list[Mention]
    contested: bool = False
    #: When it ended, and the span or the stored fact that ended it; None while it holds.
    end: datetime | None = None
    ended_by: Span | UUID | None = field(default=None, repr=False)
    #: The stored fact that this span is; None for one that is to be made.
    fact_id: UUID | None = None

    @property
    def start(self) -> datetime:
        """Since when it held."""
        return self.mentions[0].time

    @property
    def best(self) -> Mention:
        """The most trusted mention, of equals the first."""
        return max(self.mentions, key=lambda mention: mention.trust)

    @property
    def role(self) -> Role:
        """The role whose word it is: that of the most trusted mention."""
        return self.best.role

    @property
    def trust(self) -> float:
        """How far it is trusted: as far as its most trusted mention."""
        return self.best.trust

    @property
    def trusted(self) -> list[Mention]:
        """The mentions that are trusted most: the others add nothing to it."""
        return [mention for mention in self.mentions if mention.trust == self.trust]

    @property
    def confidence(self) -> float:
        """How sure it is: as sure as its surest mention."""
        return max(mention.confidence for mention in self.trusted)

    @property
    def refresh(self) -> datetime:
        """When it was last said."""
        return max(mention.time for mention in self.trusted)

    def yields_to(self, mention: Mention) -> bool:
        """Return whether *mention* is trusted and sure enough to end this span."""
        return (
            mention.trust >= self.trust and mention.confidence >= self.confidence - CONFIDENCE_SLACK
        )


def arrange(mentions: Iterable[Mention]) -> list[Span]:
    """Return the spans of one thing in the order of their starts; the last that holds is the present.

    The result does not depend on the order of *mentions*. Each span is given the stored fact that the
    first of its mentions stands in and no span before it took.
    """
    spans: list[Span] = []
    contested: dict[tuple[int, str], Span] = {}
    present: Span | None = None
    for mention in sorted(mentions, key=_order):
        if mention.ends:
            if present and mention.key in {"", present.key} and present.yields_to(mention):
                present.end, present.ended_by, present = mention.time, mention.fact_id, None
        elif present and present.key == mention.key:
            present.mentions.append(mention)
        elif present is None or present.yields_to(mention):
            span = Span(mention.key, [mention])
            if present is not None:
                present.end, present.ended_by = mention.time, span
            present = span
            spans.append(span)
        else:
            at = (id(present), mention.key)
            if at in contested:
                contested[at].mentions.append(mention)
                continue
            # It never held: a span of no length.
            contested[at] = Span(
                mention.key, [mention], contested=True, end=mention.time, ended_by=present
            )
            spans.append(contested[at])
    _give_facts(spans)
    return spans


def _order(mention: Mention) -> tuple[datetime, bool, str, str, float, int]:
    """Return what makes one order of any mentions, however they arrived."""
    return (
        mention.time,
        not mention.ends,
        mention.key,
        mention.message_id,
        mention.confidence,
        mention.role,
    )


def _give_facts(spans: Sequence[Span]) -> None:
    taken: set[UUID] = set()
    for span in spans:
        for mention in span.mentions:
            if mention.fact_id is not None and mention.fact_id not in taken:
                span.fact_id = mention.fact_id
                taken.add(mention.fact_id)
                break
