"""When a clause says that something is so: since when, from when on, or again and again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from memsvc.core.model import TemporalState
from memsvc.core.named_time import OPEN_START, NamedTime, named_time

_DAY = r"(?:day|morning|evening|afternoon|night|week|weekend|weekday|month|year|summer|winter|spring|autumn|fall|mon|tues|wednes|thurs|fri|satur|sun)"

_RECURRENCE = re.compile(
    rf"(?:^|,? )(?P<when>(?:every|each) (?:single |other |second |few )?{_DAY}s?(?:day)?s?(?: (?:morning|evening|afternoon|night))?(?:(?:,| and|, and) (?:every )?(?:mon|tues|wednes|thurs|fri|satur|sun)days?)*"
    rf"|on {_DAY}(?:day)?s(?:(?:,| and) {_DAY}(?:day)?s)*|on (?:mon|tues|wednes|thurs|fri|satur|sun)day (?:mornings|evenings|nights|afternoons)"
    r"|in the (?:mornings|evenings|afternoons)|at weekends|(?:once|twice|three times|four times|five times|a few times|several times)"
    r" (?:a|per) (?:day|week|month|year)|daily|weekly)(?![\w'])",
    re.IGNORECASE,
)

_TIME_LEAD = re.compile(
    r"(?:,? ?\b(?:back in|in|on|since|at|from|during|over|around|about|until|till|by|for|as of|early|late|sometime|before|after))?"
    r"(?: the)? ?$",
    re.IGNORECASE,
)

_TOLD_YEAR = re.compile(r"\b(?:19|20)\d\d\b|\b(?:last|ago|yesterday)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause, and the time that it names."""

    text: str
    #: Without the words of the time.
    bare: str
    named: NamedTime | None
    #: "every Monday", or "".
    again: str


def timed(clause: str, said: datetime) -> Clause:
    """Return *clause* with its time set apart."""
    again = _RECURRENCE.search(clause)
    bare = f"{clause[: again.start()]} {clause[again.end() :]}" if again else clause
    named = named_time(bare, said)
    if named is not None:
        start = bare.find(named.text)
        before = _TIME_LEAD.sub("", bare[:start])
        bare = f"{before} {bare[start + len(named.text) :]}"
    return Clause(
        clause,
        " ".join(bare.split()).strip(" ,"),
        named,
        again["when"][0].lower() + again["when"][1:] if again else "",
    )


def moment(state: TemporalState, named: NamedTime | None, said: datetime) -> datetime | None:
    """Return when what is told began or will begin, None if that is not told."""
    if named is None or state == TemporalState.RECURRING or named.start == OPEN_START:
        return None
    if state != TemporalState.FUTURE:
        return named.start if named.start <= said else None
    if named.start > said:
        return named.start
    if _TOLD_YEAR.search(named.text):
        return None
    # "In May" is the last one to who asks for memories, and the next one to who plans.
    for days in (6, 364):
        ahead = named_time(f"in {named.text}", said.astimezone(UTC) + timedelta(days=days))
        if ahead is not None and ahead.start > said:
            return ahead.start
    return None
