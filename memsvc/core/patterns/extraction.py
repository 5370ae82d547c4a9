"""Facts that people state about themselves in plain English, drawn by patterns.

It stands in where no language model is configured. It would rather miss a fact than draw a wrong one:
what is asked, denied, imagined, quoted or told of others is no fact. Only English is understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from memsvc.core.facts import (
    CONTENT_BYTES_MAX,
    FACTS_MAX,
    VALUE_BYTES_MAX,
    ExtractedFact,
    fits,
    normalised,
)
from memsvc.core.model import TemporalState
from memsvc.core.patterns.row import Pattern, Row
from memsvc.core.patterns.shapes import Shape, Value, ends_thought
from memsvc.core.patterns.table import PATTERNS
from memsvc.core.patterns.text import clauses
from memsvc.core.patterns.times import Clause, moment, timed
from memsvc.core.patterns.values import value_of, values
from memsvc.core.slots import SLOTS, is_single

#: How an author without a name is called.
NAMELESS: Final = "The user"
#: The category of a fact whose slot is not among those known.
OTHER: Final = "other"

_YEARLY_AGE: Final = timedelta(days=365)
_FIRST_PERSON = re.compile(
    r"\b(?:i|i'm|i've|i'd|i'll|me|my|mine|myself|we|our|ours|ourselves|we're)\b", re.IGNORECASE
)
_US = re.compile(r"\bus\b")
_ADDRESSED = re.compile(r"\b(?:you|your|yours|this|these|those)\b|\ufffc", re.IGNORECASE)
_THIRD: Final = {"have": "has", "do": "does", "go": "goes", "be": "is"}
_HISSES: Final = ("s", "sh", "ch", "x", "z", "o")
_NOT_STORY = re.compile(
    r"(?:and|or|with|in|at|for|to|who|are|were|will|just|from|on|by|that|of|always|said|says|came|called|asked"
    r"|has been)\b|(?:is|was)\b(?! (?:an?|from) )|.*\b(?:today|tonight|now|soon|coming|later|us|you|me)\b",
    re.IGNORECASE,
)
_STORY_WORDS_MAX: Final = 12


def extract(text: str, said: datetime, author: str = "") -> list[ExtractedFact]:
    """Return the facts that *text*, said at *said* (aware) by *author*, states about its author.

    Contents are sentences about "The user", or about *author* if it is not empty. There are at most
    FACTS_MAX, each within the limits of memsvc.core.facts, no slot and value twice. Pure; any text is
    fine, and the time that it takes grows with its length.
    """
    who = " ".join(author.split()) or NAMELESS
    found: dict[tuple[str, str], ExtractedFact] = {}
    for clause in clauses(text):
        for fact in _facts(timed(clause, said), said, who):
            key = (fact.slot, normalised(fact.value or fact.content))
            if key not in found and _is_sound(fact, who):
                found[key] = fact
        if len(found) >= FACTS_MAX:
            break
    return list(found.values())[:FACTS_MAX]


def _is_sound(fact: ExtractedFact, who: str) -> bool:
    """Return whether *fact* can be stored, and speaks in the third person."""
    told = fact.content.replace(who, "", 1)
    strange = _FIRST_PERSON.search(told) or _US.search(told) or _ADDRESSED.search(told)
    return (
        not strange and fits(fact.content, CONTENT_BYTES_MAX) and fits(fact.value, VALUE_BYTES_MAX)
    )


def _facts(clause: Clause, said: datetime, who: str) -> Iterator[ExtractedFact]:
    """Yield what the patterns find in *clause*."""
    found = False
    for pattern in PATTERNS:
        row = pattern.row
        if row.last_resort and found:
            continue
        text = clause.bare if row.dated or clause.again else clause.text
        for match in _matches(pattern, clause, text):
            for value in _values(row, match, text):
                fact = _fact(row, match, value, clause, said, who)
                if fact is not None:
                    found = True
                    yield fact


def _matches(pattern: Pattern, clause: Clause, text: str) -> Iterator[re.Match[str]]:
    """Yield where *pattern* holds in *text*, which is of *clause*."""
    if pattern.row.recurs and not clause.again:
        return
    if pattern.row.anywhere:
        found = pattern.says.finditer(text)
    else:
        start = pattern.says.match(text)
        found = iter([start] if start else [])
    for match in found:
        if pattern.needs and not pattern.needs.search(clause.text):
            continue
        if pattern.unless and pattern.unless.search(clause.text):
            continue
        yield match


def _values(row: Row, match: re.Match[str], text: str) -> list[Value]:
    """Return the values that *match* of *row* in *text* tells."""
    rest = text[match.end() :]
    told = match.groupdict().get("value")
    if told is None:
        return values(row.shape, rest, row.words, several=row.several)
    if row.shape in {Shape.TOLD, Shape.SAID}:
        fine = row.shape == Shape.SAID or ends_thought(rest)
        return [value_of(told, told)] if fine else []
    return values(row.shape, told, row.words, several=row.several)


def _fact(
    row: Row, match: re.Match[str], value: Value, clause: Clause, said: datetime, who: str
) -> ExtractedFact | None:
    """Return the fact of one *value*, None if it says nothing about today."""
    parts = {name: text for name, text in match.groupdict().items() if text is not None}
    verb, _, others = value.phrase.partition(" ")
    parts |= {
        "who": who,
        "whose": f"{who}'s",
        "value": value.text,
        "phrase": value.phrase,
        "a": "an" if value.text.lower().startswith(("a", "e", "i", "o", "unde")) else "a",
        "rest": value.rest.strip(" .,;!"),
        "third": f"{_third_person(verb)} {others}".strip(),
        "verb": _third_person(parts.get("verb", "")),
    }
    recurs = bool(clause.again) and row.state == TemporalState.CURRENT
    if recurs and is_single(row.slot):
        # "I'm vegan on Mondays"
        return None
    state = TemporalState.RECURRING if recurs else row.state
    began = moment(state, clause.named, said) if row.dated else None
    if row.yearly and began is not None and said - began > _YEARLY_AGE:
        return None
    told = (
        row.story if row.story and _is_story(parts["rest"]) and not match.start() else row.content
    )
    content = told.format_map(parts).removesuffix(".")
    return ExtractedFact(
        content=f"{content} {clause.again}." if recurs else f"{content.removesuffix('.')}.",
        category=SLOTS[row.slot].category if row.slot in SLOTS else OTHER,
        slot=row.slot,
        value=row.value.format_map(parts),
        temporal_state=state,
        confidence=row.confidence,
        event_time=began,
        ends=row.ends,
    )


def _is_story(rest: str) -> bool:
    """Return whether *rest* is a plain statement that can be told of whom it follows."""
    plain = 0 < len(rest.split()) <= _STORY_WORDS_MAX and rest[0].islower()
    return plain and not (_NOT_STORY.match(rest) or _FIRST_PERSON.search(rest))


def _third_person(verb: str) -> str:
    """Return *verb*, in its plain form, as "she" would have it; small letters."""
    plain = verb.lower()
    if plain in _THIRD:
        return _THIRD[plain]
    if plain.endswith("y") and plain[-2:-1] not in set("aeiou"):
        return f"{plain[:-1]}ies"
    return f"{plain}es" if plain.endswith(_HISSES) else f"{plain}s" if plain else ""
