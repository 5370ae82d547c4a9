"""Keeping facts: each new mention finds its place among what was said before, each lost one leaves it.

Everything happens inside the caller's transaction, and one slot is changed by one writer at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from memsvc.core import importance
from memsvc.core.duplicates import SIMILARITY_MIN, may_be_one, says_all
from memsvc.core.facts import ExtractedFact, normalised
from memsvc.core.lexical import lexical_vectors, searchable
from memsvc.core.model import Memory, Role, TemporalState
from memsvc.core.provenance import joined
from memsvc.core.slots import is_essential, is_single
from memsvc.core.supersession import Mention, Span, arrange
from memsvc.store import facts, profiles, withheld
from memsvc.store.database import Transaction
from memsvc.store.facts import NewFact, Scope, StoredFact
from memsvc.usecases.context import Context
from memsvc.usecases.embedding import EmbeddedTexts
from memsvc.usecases.facts.placing import differs, mentions_of, placement

#: A message whose time lies further ahead than this was said now.
AHEAD_MAX: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class _Newcomer:
    """A mention that is not stored yet, with the words and the vector of its fact."""

    mention: Mention
    fact: NewFact
    embedded: EmbeddedTexts
    #: Which of the texts that were embedded it is.
    place: int


@dataclass(frozen=True, slots=True)
class _Moved:
    """What came of putting facts in order."""

    #: The fact that the newcomer stands in, if there is a newcomer.
    kept: list[UUID] = field(default_factory=list)
    #: The facts that came or changed.
    changed: list[UUID] = field(default_factory=list)


async def keep(
    tx: Transaction,
    context: Context,
    source: Memory,
    drawn: Sequence[ExtractedFact],
    embedded: EmbeddedTexts,
) -> list[UUID]:
    """Store what was drawn from the message *source*; return the facts that say so from now on.

    After `lock_for`. *embedded* holds the vectors of the facts' texts, in their order.
    """
    now = context.clock()
    kept: list[UUID] = []
    changed: list[UUID] = []
    whole = says_all(source.content, [fact.content for fact in drawn])
    await facts.mark_fully_drawn(tx, source.memory_id, fully_drawn=whole)
    for place, fact in enumerate(drawn):
        named = _scope(source, fact, normalised(fact.value or fact.content))
        key = await _key(tx, named, fact, embedded, place)
        scope = _scope(source, fact, key)
        newcomer = _newcomer(context, source, fact, embedded, place, key)
        moved = await _rearrange(tx, context, scope, now, newcomer=newcomer)
        kept += moved.kept
        changed += moved.changed
        if fact.ends:
            ended = replace(
                scope,
                temporal_state=TemporalState.CURRENT,
                ends=False,
                value_key=None if is_single(scope.slot) else key,
            )
            moved = await _rearrange(tx, context, ended, now, since=newcomer.mention.time)
            changed += moved.changed
    if changed:
        await _settle_sources(tx, source.user_id, await facts.fetch(tx, changed))
        await facts.mark_changed(tx, source.user_id)
    return list(dict.fromkeys(kept))


async def lock_for(tx: Transaction, source: Memory, drawn: Sequence[ExtractedFact]) -> None:
    """Wait until nobody else changes the slots of facts that are to be kept.

    Before any memory is held: who waits for a slot holds no memory that others wait for.
    """
    named = [_scope(source, fact, "") for fact in drawn]
    await facts.lock_slots(tx, source.user_id, [scope.name for scope in named])


async def _settle_sources(tx: Transaction, user_id: str, changed: Sequence[StoredFact]) -> None:
    message_ids = sorted({one for fact in changed for one in fact.source_message_ids})
    await facts.settle_sources(tx, user_id, message_ids)


async def withdraw(tx: Transaction, context: Context, messages: Sequence[tuple[str, str]]) -> None:
    """Take back what *messages*, given as (user, message), said: they are gone or say something else.

    A fact that rested on them alone goes, put aside or not; what it had superseded is so again.
    """
    if not messages:
        return
    # First: one that is being restored is among the others then.
    await withheld.withdraw(tx, messages)
    without = set(messages)
    await _resettle(tx, context, await facts.derived(tx, messages), without)


async def resettle(
    tx: Transaction,
    context: Context,
    touched: Sequence[StoredFact],
    *,
    told_the_same: bool = False,
) -> None:
    """Put in order what bears on the facts *touched*, which have changed or are gone.

    Unless they have *told_the_same* before, the profile that was written of them is withdrawn.
    """
    await _resettle(tx, context, touched, set(), told_the_same=told_the_same)


async def lock(tx: Transaction, touched: Iterable[StoredFact], *, also_slot: str = "") -> None:
    """Wait until nobody else changes the slots of these facts, and the one they are to go to."""
    by_user: dict[str, list[str]] = {}
    for fact in touched:
        names = by_user.setdefault(fact.user_id, [])
        names.append(_scope_of(fact).name)
        if also_slot:
            names.append(replace(_scope_of(fact), slot=also_slot).name)
    for user_id in sorted(by_user):
        await facts.lock_slots(tx, user_id, by_user[user_id])


async def _resettle(
    tx: Transaction,
    context: Context,
    touched: Sequence[StoredFact],
    without: AbstractSet[tuple[str, str]],
    *,
    told_the_same: bool = False,
) -> None:
    await lock(tx, touched)
    now = context.clock()
    # Those that say that a value ended first: they bear on the ones that hold it.
    scopes = dict.fromkeys(_scope_of(fact) for fact in touched)
    changed: dict[str, list[UUID]] = {fact.user_id: [] for fact in touched}
    for scope in sorted(scopes, key=lambda scope: not scope.ends):
        moved = await _rearrange(tx, context, scope, now, without=without)
        changed[scope.user_id] += moved.changed
        if scope.ends:
            key = None if is_single(scope.slot) else scope.value_key
            ended = replace(scope, temporal_state=TemporalState.CURRENT, ends=False, value_key=key)
            moved = await _rearrange(tx, context, ended, now, without=without)
            changed[scope.user_id] += moved.changed
    for user_id in sorted(changed):
        before = [fact for fact in touched if fact.user_id == user_id]
        after = await facts.fetch(tx, changed[user_id])
        await _settle_sources(tx, user_id, [*before, *after])
        if told_the_same:
            await facts.mark_changed(tx, user_id)
        else:
            await profiles.withdraw(tx, user_id)


def _scope(owner: Memory | StoredFact, fact: ExtractedFact | StoredFact, key: str) -> Scope:
    """Return what bears on a *fact* about *owner*, whose value has this *key*."""
    whole = fact.temporal_state is TemporalState.CURRENT and is_single(fact.slot) and not fact.ends
    value_key = None if whole else key
    return Scope(owner.user_id, owner.author, fact.slot, value_key, fact.temporal_state, fact.ends)


def _scope_of(fact: StoredFact) -> Scope:
    return _scope(fact, fact, fact.value_key)


async def _key(
    tx: Transaction, scope: Scope, fact: ExtractedFact, embedded: EmbeddedTexts, place: int
) -> str:
    """Return the key of the value: that of a fact of the slot which says the same in other words."""
    vector = embedded.vectors[place]
    if vector is not None and embedded.space_id is not None and fact.slot:
        close = await facts.near(
            tx, scope, embedded.space_id, vector, similarity_min=SIMILARITY_MIN
        )
        for other in close:
            if may_be_one(fact.content, fact.value, other.content, other.value):
                return other.value_key
    return normalised(fact.value or fact.content)


def _newcomer(
    context: Context,
    source: Memory,
    fact: ExtractedFact,
    embedded: EmbeddedTexts,
    place: int,
    key: str,
) -> _Newcomer:
    base = importance.ESSENTIAL_FACT_BASE if is_essential(fact.slot) else importance.FACT_BASE
    said = fact.event_time or source.valid_from_time
    now = context.clock()
    if said > now + AHEAD_MAX and fact.temporal_state is not TemporalState.FUTURE:
        # By a clock that is wrong; the fact would stay the newest one for ever.
        said = now
    # Of two facts of one message the later one is the newer.
    mention = Mention(
        said + timedelta(microseconds=place),
        key,
        source.message_id or "",
        source.role or Role.USER,
        fact.confidence,
        None,
        source_class=source.source_class,
        flags=tuple(joined(source.flags, fact.flags)),
    )
    new = NewFact(
        memory_id=context.new_id(),
        content=fact.content,
        category=fact.category,
        slot=fact.slot,
        value=fact.value,
        author=source.author,
        temporal_state=fact.temporal_state,
        ends=fact.ends,
        importance=importance.first_guess(fact.content, base),
        lexical=lexical_vectors(searchable(source.author, fact.content)),
        source=source,
    )
    return _Newcomer(mention, new, embedded, place)


async def _rearrange(
    tx: Transaction,
    context: Context,
    scope: Scope,
    now: datetime,
    *,
    newcomer: _Newcomer | None = None,
    without: AbstractSet[tuple[str, str]] = frozenset(),
    since: datetime | None = None,
) -> _Moved:
    """Store the spans that follow from all mentions in *scope*; return the facts that changed.

    Before *since*, and before what a newcomer says was so, nothing changes.
    """
    if newcomer is not None:
        since = newcomer.mention.time
    stored = await facts.in_scope(tx, scope, since=since)
    mentions = [
        mention
        for fact in stored
        for mention in mentions_of(fact, as_end=fact.ends and not scope.ends)
        if (fact.user_id, mention.message_id) not in without
    ]
    if newcomer is not None:
        said = newcomer.mention
        if any(m.message_id == said.message_id and m.key == said.key for m in mentions):
            return _Moved()
        mentions.append(said)
    spans = arrange(mentions)
    known = {fact.memory_id: fact for fact in stored if fact.ends == scope.ends}
    made = [span for span in spans if span.fact_id is None]
    templates = {id(span): _template(span) for span in made}
    for span in made:
        first = newcomer is not None and newcomer.mention in span.mentions
        span.fact_id = newcomer.fact.memory_id if newcomer and first else context.new_id()
    kept = [
        span.fact_id
        for span in spans
        if span.fact_id and newcomer is not None and newcomer.mention in span.mentions
    ]
    return _Moved(kept, await _store(tx, scope, spans, known, templates, newcomer, now))


def _template(span: Span) -> UUID | None:
    return next((m.fact_id for m in span.mentions if m.fact_id is not None), None)


async def _store(
    tx: Transaction,
    scope: Scope,
    spans: Sequence[Span],
    known: dict[UUID, StoredFact],
    templates: dict[int, UUID | None],
    newcomer: _Newcomer | None,
    now: datetime,
) -> list[UUID]:
    placements = [(span, placement(scope, span, known, now)) for span in spans]
    gone = known.keys() - {span.fact_id for span in spans}
    await facts.delete(tx, sorted(gone))
    changed: list[UUID] = []
    # What is over first: there is never a moment with two present values.
    for span, placed in sorted(placements, key=lambda pair: pair[1].superseded_time is None):
        memory_id = span.fact_id
        if memory_id is None:  # pragma: no cover - each span was given one
            continue
        if memory_id in known:
            if differs(known[memory_id], placed):
                await facts.place(tx, memory_id, placed, now=now)
                changed.append(memory_id)
        elif newcomer is not None and memory_id == newcomer.fact.memory_id:
            late = newcomer.embedded.vectors[newcomer.place] is None
            await facts.insert(tx, newcomer.fact, placed, unmatched=late, now=now)
            await newcomer.embedded.keep(tx, [(newcomer.place, memory_id, 1)], now)
            changed.append(memory_id)
        elif (template_id := templates[id(span)]) is not None:
            await facts.copy(tx, memory_id, template_id, placed, now=now)
            changed.append(memory_id)
    return changed
