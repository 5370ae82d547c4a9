"""From stored facts to what their messages say, and from spans to where facts stand."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from memsvc.core.model import Role, SourceClass, TemporalState
from memsvc.core.slots import is_single
from memsvc.core.supersession import Mention, Span
from memsvc.store.facts import Placement, Scope, StoredFact

#: How many messages a fact names at most: the first and the last ones.
SOURCES_MAX: Final = 64


def mentions_of(fact: StoredFact, *, as_end: bool) -> list[Mention]:
    """Return what each message of *fact* says; *as_end* that its value holds no longer."""
    sources = zip(
        fact.source_message_ids,
        fact.source_times,
        fact.source_roles,
        fact.source_confidences,
        strict=True,
    )
    mentions = [
        Mention(
            time,
            fact.value_key,
            message_id,
            Role(role),
            sure,
            fact.memory_id,
            ends=as_end,
            source_class=source,
            flags=flags,
        )
        for (message_id, time, role, sure), (source, flags) in zip(
            sources, _provenance(fact), strict=True
        )
    ]
    # One that rests on no message stands for itself.
    return mentions or [
        Mention(
            fact.valid_from_time,
            fact.value_key,
            "",
            fact.role,
            fact.stated_confidence,
            fact.memory_id,
            ends=as_end,
            source_class=fact.source_class,
            flags=tuple(fact.flags),
        )
    ]


def _provenance(fact: StoredFact) -> list[tuple[SourceClass | None, tuple[str, ...]]]:
    """Return class and flags of each message of a fact; its own where a version before stored it."""
    count = len(fact.source_message_ids)
    if not count == len(fact.source_classes) == len(fact.source_flags):
        return [(fact.source_class, tuple(fact.flags))] * count
    return [
        (SourceClass(source), tuple(filter(None, flags.split(","))))
        for source, flags in zip(fact.source_classes, fact.source_flags, strict=True)
    ]


def placement(scope: Scope, span: Span, known: dict[UUID, StoredFact], now: datetime) -> Placement:
    """Return where the fact of *span* stands, of which those *known* are stored already."""
    before = known.get(span.fact_id) if span.fact_id else None
    ended_by = span.ended_by.fact_id if isinstance(span.ended_by, Span) else span.ended_by
    superseded_time = None
    if ended_by is not None:
        superseded_time = (before.superseded_time if before else None) or now
    sources = [mention for mention in span.mentions if mention.message_id]
    if len(sources) > SOURCES_MAX:
        sources = sources[: SOURCES_MAX // 2] + sources[-SOURCES_MAX // 2 :]
    single = scope.temporal_state is TemporalState.CURRENT and is_single(scope.slot)
    return Placement(
        value_key=span.key,
        exclusive=single and not scope.ends,
        contested=span.contested,
        stated_confidence=span.confidence,
        role=span.role,
        source_message_ids=[mention.message_id for mention in sources],
        source_times=[mention.time for mention in sources],
        source_roles=[int(mention.role) for mention in sources],
        source_confidences=[mention.confidence for mention in sources],
        valid_from_time=span.start,
        valid_to_time=span.end,
        superseded_by=ended_by,
        superseded_time=superseded_time,
        refresh_time=span.refresh,
        source_class=span.best.source,
        flags=list(span.best.flags),
        source_classes=[int(mention.source) for mention in sources],
        source_flags=[",".join(mention.flags) for mention in sources],
    )


def differs(fact: StoredFact, placed: Placement) -> bool:
    """Return whether a fact as it is stored stands elsewhere than *placed*."""
    return any(
        getattr(fact, name) != getattr(placed, name)
        for name in (
            "value_key",
            "exclusive",
            "contested",
            "valid_from_time",
            "valid_to_time",
            "superseded_by",
            "role",
            "source_message_ids",
            "refresh_time",
            "flags",
        )
    )
