"""The time that an English question names, so that memories of that time can be preferred.

Understood are, relative to a given now and in whole days of UTC:

- days ("8 May 2023", "the 3rd of June", "May 8th", "2023-05-08", month before day in "5/8/2023"),
  days of the week, months, seasons (meteorological, northern hemisphere: the winter of 2022 begins
  in December 2022), years after a preposition, and parts of them ("mid-July", "the end of 2022");
- "yesterday", "last week", "this month", "next year", "the week before last", "the weekend", "three
  days ago" (the day, week, month or year that lies so far back), "the last two weeks" (up to today);
- holidays: those of a fixed date, Easter, and Thanksgiving and Black Friday of the United States;
- "the first weekend of June", "the week of 8 May", "two weeks before Christmas", "the Friday after";
- "between March and May", "3-7 June", "in May and June", "before 2022", "since June".

What comes every week or year and is told no closer is the last one that has begun: "in May" is this
year's or last year's, "this May" this year's, "last May" one that is over. Several times in one
question: the first counts. A range without an end on one side reaches to OPEN_START or OPEN_END.

Not understood, and no time: what rests on something else ("two weeks before her birthday", "the day
after"), what comes again and again ("every Monday", "on Mondays", "in summer"), times of day, a day
of no month ("the 8th"), decades, quarters, days without a year in numbers ("9/11"), two-digit years,
a year, an ambiguous month, a season or a holiday without a word that makes it one ("Do I like
Halloween?"), what is to be done "by Friday", other languages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from memsvc.core import time_spans, time_words
from memsvc.core.time_spans import Reference, Span, Words
from memsvc.core.time_words import Kind

#: The start of a range without one.
OPEN_START: Final = datetime.min.replace(tzinfo=UTC)
#: The end of a range without one.
OPEN_END: Final = datetime.combine(date.max, time.min, UTC)
#: The least length against which a distance is measured.
LENGTH_MIN: Final = timedelta(days=1)
#: The length that counts for a range without start or end.
OPEN_LENGTH: Final = timedelta(days=30)

_YEARLY: Final = frozenset({Kind.DAY, Kind.MONTH, Kind.SEASON, Kind.HOLIDAY})
_TOLD: Final = frozenset({"year", "year_which", "which", "week_which"})
#: What "and" makes a range of: the one without a year takes that of the other.
_LISTED: Final = frozenset({Kind.DAY, Kind.MONTH, Kind.WEEKDAY})


@dataclass(frozen=True, slots=True)
class NamedTime:
    """A range of time that a text names."""

    #: The first moment, in UTC.
    start: datetime
    #: The moment after the last, in UTC, after start.
    end: datetime
    #: The words that name it, as they stand in the text.
    text: str

    @property
    def measure(self) -> timedelta:
        """What the distance from the range is measured against, more than 0.

        It is the range's own length, at least LENGTH_MIN; OPEN_LENGTH if it has no start or no end.
        """
        if self.start == OPEN_START or self.end == OPEN_END:
            return OPEN_LENGTH
        return max(self.end - self.start, LENGTH_MIN)


@dataclass(frozen=True, slots=True)
class _Time:
    """The words of one time, not yet resolved."""

    kind: Kind
    words: Words
    #: The part of it that is meant, "" for all.
    part: str
    #: Where its words end in the text.
    end: int

    @property
    def floating(self) -> bool:
        """Whether nothing tells which one of what comes every year or week is meant."""
        repeated = self.kind in _YEARLY or self.kind == Kind.WEEKDAY
        return repeated and not _TOLD & self.words.keys()


@dataclass(frozen=True, slots=True)
class _Found:
    """Words that look like a time, and the days that they name, None if they name none."""

    span: Span | None
    start: int
    end: int


def named_time(query: str, now: datetime) -> NamedTime | None:
    """Return the first time that *query* names, None if it names none; *now* is aware.

    Pure: relative words ("last week") count from the UTC day of *now*.
    """
    if time_words.TELLING.isdisjoint(time_words.WORD.findall(query.lower())):
        return None
    moment = now.astimezone(UTC)
    reference = Reference(moment, moment.date())
    position = 0
    for word in time_words.FREE_WORD.finditer(query):
        first = word.group().lower()
        if word.start() < position or not (first in time_words.FIRST or first[0].isdigit()):
            continue
        found = _found_at(query, word.start(), reference)
        if found is None:
            continue
        position = found.end
        if found.span is not None and found.span.start < found.span.end:
            start = datetime.combine(found.span.start, time.min, UTC)
            end = datetime.combine(found.span.end, time.min, UTC)
            return NamedTime(start, end, query[found.start : found.end])
    return None


def closeness(times: NDArray[np.float64], named: NamedTime) -> NDArray[np.float64]:
    """Return how close *times*, in seconds since 1970, are to *named*, in [0, 1]: 1 within it.

    Outside it is 0.5 ^ (distance / NamedTime.measure), the distance being that to the nearer bound:
    one length of the range away from it the closeness is one half, two lengths away a quarter.
    """
    outside = np.maximum(named.start.timestamp() - times, times - named.end.timestamp())
    near: NDArray[np.float64] = 0.5 ** (np.maximum(outside, 0.0) / named.measure.total_seconds())
    return near


def _found_at(query: str, position: int, reference: Reference) -> _Found | None:
    """Return what names a time at *position*, or looks like it; None if nothing does."""
    if nameless := time_words.NAMELESS.match(query, position):
        return _Found(None, position, nameless.end())
    lead, start = _lead_at(query, position)
    time_there = _time_at(query, start)
    if found := _range_at(query, start, lead, time_there, reference):
        return replace(found, start=position) if lead in time_words.BETWEEN else found
    if time_there is None:
        found = _offset_at(query, start, reference)
        return found and _bounded(found, query, position, lead)
    if not _accepted(time_there, query, lead):
        return None
    # What is to be done by Friday is ahead, and Friday alone is the last one.
    undecided = lead == "by" and time_there.floating
    span = None if undecided else _resolved(time_there, reference)
    found = _narrowed(_Found(span, start, time_there.end), query, reference)
    return _bounded(found, query, position, lead)


def _lead_at(query: str, position: int) -> tuple[str, int]:
    """Return the preposition at *position*, "" without one, and where the word after it begins."""
    match = time_words.LEAD.match(query, position)
    return (_plain(match["lead"]), match.end()) if match else ("", position)


def _plain(words: str) -> str:
    return " ".join(words.lower().split())


def _narrowed(found: _Found, query: str, reference: Reference) -> _Found:
    """Return the time within *found* that the words after it name: "last year in May"."""
    match = time_words.WITHIN.match(query, found.end)
    inner = _time_at(query, match.end()) if match and found.span else None
    if match is None or found.span is None or inner is None:
        return found
    if not inner.floating or not _accepted(inner, query, _plain(match["lead"])):
        return found
    if found.span.end - found.span.start > _horizon(inner) + timedelta(days=2):
        # A longer time holds several such: "last year on Monday".
        return found
    span = _resolved(inner, reference, found.span.end - timedelta(days=1))
    within = span is not None and found.span.start <= span.start
    return _Found(span, found.start, inner.end) if within else found


def _bounded(found: _Found, query: str, position: int, lead: str) -> _Found:
    """Return *found* as a bound if *lead*, which begins at *position*, makes it one."""
    span = found.span
    onward = time_words.ONWARD.match(query, found.end) if lead == "from" else None
    if span is None:
        return found
    if lead in time_words.BEFORE:
        span = Span(date.min, span.start)
    elif lead in time_words.UNTIL:
        span = Span(date.min, span.end)
    elif lead in time_words.AFTER:
        span = Span(span.end, date.max)
    elif lead in time_words.SINCE or onward:
        span = Span(span.start, date.max)
    else:
        return found
    return _Found(span, position, onward.end() if onward else found.end)


def _time_at(query: str, position: int) -> _Time | None:
    """Return the words of a time that begin at *position*, whatever they may mean there."""
    whole = position
    part = ""
    if match := time_words.PART.match(query, position):
        part = _plain(match["part"] or match["part_of"] or match["holder"])
        whole = match.end()
    for kind, pattern in time_words.TIMES:
        if match := pattern.match(query, whole):
            words = {group: text for group, text in match.groupdict().items() if text is not None}
            return _Time(kind, words, part, match.end())
    return None


def _resolved(time_there: _Time, reference: Reference, latest: date | None = None) -> Span | None:
    """Return the days of a time; one that floats begins at *latest* or before, today if None."""
    if latest is not None:
        reference = replace(reference, latest=latest)
    span = time_spans.resolved(time_there.kind, time_there.words, reference)
    return time_spans.part_of(span, time_there.part) if span and time_there.part else span


def _horizon(time_there: _Time) -> timedelta:
    """Return how far ahead the next one of a floating time can begin."""
    return timedelta(days=6) if time_there.kind == Kind.WEEKDAY else timedelta(days=364)


def _offset_at(query: str, position: int, reference: Reference) -> _Found | None:
    """Return what is so far from another time: the last such time that has begun."""
    match = time_words.OFFSET.match(query, position)
    if match is None:
        return None
    anchor = _time_at(query, match.end())
    if anchor is None or not _accepted(anchor, query, _plain(match["side"])):
        return None
    words = {group: text for group, text in match.groupdict().items() if text is not None}
    span = None
    for latest in (reference.today + _horizon(anchor), reference.today):
        around = _resolved(anchor, reference, latest)
        span = time_spans.offset(words, around) if around else None
        if span and span.start <= reference.today:
            break
    return _Found(span, position, anchor.end)


def _range_at(
    query: str, position: int, lead: str, left: _Time | None, reference: Reference
) -> _Found | None:
    """Return the days from one time, *left* unless it is but a number, to another."""
    pair = _days_at(query, position) or (_pair_at(query, lead, left) if left else None)
    if pair is None or not _joined(*pair, lead):
        return None
    left, right = pair
    if right.floating and not left.floating:
        first = _resolved(left, reference)
        last = first and _resolved(right, reference, first.start + _horizon(right))
    else:
        last = _resolved(right, reference)
        first = last and _resolved(left, reference, last.start)
    if not first or not last or first.start >= last.end:
        return _Found(None, position, right.end)
    return _Found(Span(first.start, last.end), position, right.end)


def _days_at(query: str, position: int) -> tuple[_Time, _Time] | None:
    """Return the two days of "3 to 7 June"."""
    match = time_words.FIRST_DAY.match(query, position)
    right = _time_at(query, match.end()) if match else None
    if match is None or right is None or not {"day", "month"} <= right.words.keys():
        return None
    if int(match["day"]) >= time_spans.day_of_month(right.words["day"]):
        return None
    return replace(right, words={**right.words, "day": match["day"]}), right


def _pair_at(query: str, lead: str, left: _Time) -> tuple[_Time, _Time] | None:
    """Return *left* and the time to which it is joined."""
    match = time_words.JOINT.match(query, left.end)
    if match is None:
        return None
    right = _time_at(query, match.end())
    listed = (match["joint"] or "").lower() == "and" and lead != "between"
    if right is not None:
        alike = left.kind == right.kind and left.kind in _LISTED and left.floating
        return (left, right) if alike or not listed else None
    alone = time_words.SECOND_DAY.match(query, match.end())
    if alone is None or listed or not {"day", "month"} <= left.words.keys():
        return None
    if int(alone["day"]) <= time_spans.day_of_month(left.words["day"]) or not left.floating:
        return None
    shared = {**left.words, **({"year": alone["year"]} if alone["year"] else {})}
    right = _Time(left.kind, {**shared, "day": alone["day"]}, "", alone.end())
    return replace(left, words=shared), right


def _joined(left: _Time, right: _Time, lead: str) -> bool:
    """Return whether the two are a range: without a word that says so they have to be alike."""
    if lead in time_words.BETWEEN:
        return True
    if left.kind != right.kind or _verb(left):
        return False
    told = left.kind != Kind.YEAR and not (left.floating and right.floating)
    return left.kind == Kind.DAY or told or bool(lead)


def _verb(time_there: _Time) -> bool:
    """Return whether the month could as well be a verb."""
    return time_there.words.get("month") in time_words.VERBS


def _day_accepted(time_there: _Time, _query: str, lead: str) -> bool:
    words = time_there.words
    return not _verb(time_there) or bool(lead or {"year", "of", "suffix"} & words.keys())


def _month_accepted(time_there: _Time, query: str, lead: str) -> bool:
    words = time_there.words
    if "month" not in words:
        return bool(lead or time_there.part)
    if _verb(time_there) and ("year_which" in words or words.get("which", "").lower() == "this"):
        # "we march next year", "this may help"
        return bool(lead)
    if _TOLD & words.keys():
        return True
    if lead in time_words.FIRM or time_there.part:
        # "in April's kitchen"
        return not query.startswith(("'s", "\u2019s"), time_there.end)
    return words["month"].lower() in time_words.PLAIN_MONTHS


def _season_accepted(time_there: _Time, _query: str, lead: str) -> bool:
    words = time_there.words
    if "year_which" in words:
        # "Did I fall last year?"
        return bool(lead or "the" in words)
    if "which" in words or "year" in words or time_there.part:
        return True
    return "the" in words and lead in time_words.SEASON_FIRM


def _holiday_accepted(time_there: _Time, _query: str, lead: str) -> bool:
    # Christmas is a certain day to whoever says "at Christmas"; its eve and its day are always.
    is_day = time_there.words["holiday"].lower().endswith(("day", "eve"))
    return bool(lead or time_there.part or is_day or _TOLD & time_there.words.keys())


def _unit_accepted(time_there: _Time, _query: str, lead: str) -> bool:
    return bool(lead) or "the" not in time_there.words


def _near_day_accepted(time_there: _Time, _query: str, _lead: str) -> bool:
    # "from May until now", and nothing else
    return time_there.words["near_day"].lower() != "now"


def _weekday_accepted(time_there: _Time, _query: str, lead: str) -> bool:
    name = time_there.words["weekday"]
    if name.lower() in time_words.WEEKDAY_NAMES:
        return True
    return name.istitle() and (lead == "on" or "which" in time_there.words)


def _year_accepted(time_there: _Time, _query: str, lead: str) -> bool:
    words = time_there.words
    if "the" in words or time_there.part or lead in time_words.YEAR_FIRM:
        return True
    return lead in time_words.YEAR_WEAK and bool(int(words["year"]) % time_words.ROUND)


def _accepted(time_there: _Time, query: str, lead: str) -> bool:
    """Return whether the words mean a time after *lead*, and not a name, a verb or a number."""
    accepts = _ACCEPTS.get(time_there.kind)
    return accepts is None or accepts(time_there, query, lead)


_ACCEPTS: Final[Mapping[Kind, Callable[[_Time, str, str], bool]]] = MappingProxyType({
    Kind.DAY: _day_accepted,
    Kind.MONTH: _month_accepted,
    Kind.SEASON: _season_accepted,
    Kind.HOLIDAY: _holiday_accepted,
    Kind.WEEKDAY: _weekday_accepted,
    Kind.YEAR: _year_accepted,
    Kind.UNIT: _unit_accepted,
    Kind.NEAR_DAY: _near_day_accepted,
})
