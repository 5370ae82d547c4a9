"""From the words of a time to its days: calendar arithmetic on spans of whole days."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final, TypeAlias

from dateutil.easter import easter
from dateutil.relativedelta import MO, SA, relativedelta, weekday

from memsvc.core import time_words
from memsvc.core.time_words import Kind

#: What the groups of a pattern matched, as it stands in the text; only those that took part.
Words: TypeAlias = Mapping[str, str]

_ONE_DAY: Final = timedelta(days=1)
_MONTHS_OF_SEASON: Final = 3
_MONTHS_OF_YEAR: Final = 12
#: 29 February comes back after eight years at the latest.
_YEARS_MAX: Final = 9
_SIXTHS: Final = 6


@dataclass(frozen=True, slots=True)
class Span:
    """Whole days: *start* is the first, *end* the one after the last."""

    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Reference:
    """What words are relative to."""

    now: datetime
    #: What comes every year or week and has no other word to tell is the last that began by then.
    latest: date

    @property
    def today(self) -> date:
        """The day of now."""
        return self.now.date()


def _count(words: Words) -> int:
    """Return how many are counted; without a number one."""
    count = words.get("count", "one").lower()
    if count.isdigit():
        return int(count)
    return max(time_words.COUNTS.get(word, 1) for word in count.split())


def _which(words: Words, group: str = "which") -> int:
    return time_words.WHICH[" ".join(words[group].lower().split())]


def _day(start: date) -> Span:
    return Span(start, start + _ONE_DAY)


def _unit(words: Words) -> time_words.Unit:
    return time_words.UNITS[words["unit"].lower()]


def _unit_of(unit: time_words.Unit, day: date) -> Span:
    """Return the *unit* that holds *day*; the weekend of its week."""
    start = day + unit.first
    return Span(start, start + unit.length)


def _holiday(name: str, year: int) -> date:
    rule = next(rule for pattern, rule in time_words.HOLIDAYS if pattern.fullmatch(name))
    if isinstance(rule, int):
        return easter(year) + timedelta(days=rule)
    return date(year, 1, 1) + rule


def day_of_month(text: str) -> int:
    """Return the number of a day that stands there in digits or as a word."""
    return int(text) if text.isdigit() else time_words.DAY_WORDS[text.lower()]


def _month_and_day(words: Words) -> tuple[int, int]:
    """Return month and day, day 1 without one; in numbers the month stands first if it can."""
    day = day_of_month(words.get("day", "1"))
    if "month_number" not in words:
        return time_words.MONTHS[words["month"].lower()], day
    month = int(words["month_number"])
    return (day, month) if month > _MONTHS_OF_YEAR else (month, day)


def _in_year(words: Words, year: int) -> Span | None:
    """Return what *words* name in *year*, None for 29 February and 31 June."""
    if "season" in words:
        start = date(year, time_words.SEASONS[words["season"].lower()], 1)
        return Span(start, start + relativedelta(months=_MONTHS_OF_SEASON))
    if "holiday" in words:
        return _day(_holiday(words["holiday"], year))
    month, day = _month_and_day(words)
    try:
        start = date(year, month, day)
    except ValueError:
        return None
    return _day(start) if "day" in words else Span(start, start + relativedelta(months=1))


def _yearly(words: Words, reference: Reference) -> Span | None:
    """Return which one of what comes every year is meant."""
    today = reference.today
    if "year" in words:
        return _in_year(words, int(words["year"]))
    if "year_which" in words:
        return _in_year(words, today.year + _which(words, "year_which"))
    if "which" not in words:
        began = (span for span in _back(words, reference.latest) if span.start <= reference.latest)
        return next(began, None)
    if _which(words) < 0:
        return next((span for span in _back(words, today) if span.end <= today), None)
    if _which(words) > 0:
        return next((span for span in _ahead(words, today) if span.start > today), None)
    going_on = (span for span in _back(words, today) if span.start <= today < span.end)
    return next(going_on, _in_year(words, today.year))


def _back(words: Words, day: date) -> Iterator[Span]:
    """Return what *words* name in the year of *day* and those before, the latest first."""
    years = range(day.year, day.year - _YEARS_MAX, -1)
    return (span for year in years if (span := _in_year(words, year)) is not None)


def _ahead(words: Words, day: date) -> Iterator[Span]:
    """Return what *words* name in the year of *day* and those after."""
    years = range(day.year, day.year + _YEARS_MAX)
    return (span for year in years if (span := _in_year(words, year)) is not None)


def _weekday(words: Words, reference: Reference) -> Span:
    """Return the day of the week that is meant; weeks begin on Monday."""
    named = time_words.WEEKDAYS[words["weekday"].lower()]
    today = reference.today
    if "week_which" in words:
        return _of_week(named, today + timedelta(weeks=_which(words, "week_which")))
    if "which" not in words:
        return _day(reference.latest + relativedelta(weekday=named(-1)))
    which = _which(words)
    if not which:
        return _of_week(named, today)
    return _day(today + relativedelta(days=which, weekday=named(which)))


def _of_week(named: weekday, day: date) -> Span:
    return _day(day + relativedelta(weekday=MO(-1)) + relativedelta(weekday=named))


def _shifted(words: Words, reference: Reference) -> Span:
    """Return the whole unit that is so many back or on: "last week" is one week ago."""
    unit = _unit(words)
    if "the" in words:
        span = _unit_of(unit, reference.latest)
        return span if span.start <= reference.latest else _unit_of(unit, span.start - unit.step)
    if "which" in words:
        shift = _which(words)
    else:
        shift = -_count(words) if words["way"].lower() == "ago" else _count(words)
    return _unit_of(unit, (reference.now + unit.step * shift).date())


def _rolling(words: Words, reference: Reference) -> Span:
    """Return the days of the last or next so many units, today included."""
    step = _unit(words).step * _count(words)
    if _which(words, "way") < 0:
        return Span((reference.now - step).date(), reference.today + _ONE_DAY)
    return Span(reference.today, (reference.now + step).date() + _ONE_DAY)


def _ordinal(words: Words, reference: Reference) -> Span | None:
    """Return a day, week, weekend or day of the week by its number in a month."""
    month = _yearly(words, reference)
    if month is None:
        return None
    number = time_words.ORDINALS[words["ordinal"].lower()]
    last_day = month.end - _ONE_DAY
    first = last_day if number < 0 else month.start
    if "weekday" in words:
        named = time_words.WEEKDAYS[words["weekday"].lower()]
        return _day(first + relativedelta(weekday=named(number)))
    unit = _unit(words)
    if unit is time_words.WEEKEND:
        saturday = first + relativedelta(weekday=SA(number))
        return Span(saturday, saturday + unit.length)
    if number < 0:
        return Span(month.end - unit.length, month.end)
    start = month.start + unit.step * (number - 1)
    return Span(start, start + unit.length)


def _last_but_one(words: Words, reference: Reference) -> Span | None:
    """Return the last one as it is seen from the start of the last one."""
    last = {**words, "which": "last"}
    find = next(found for group, found in _BY_GROUP.items() if group in words)
    span = find(last, reference)
    if span is None:
        return None
    then = reference.now - (reference.today - span.start)
    return find(last, Reference(then, span.start))


def _year(words: Words, _reference: Reference) -> Span:
    return _unit_of(time_words.YEAR, date(int(words["year"]), 1, 1))


def _near_day(words: Words, reference: Reference) -> Span:
    return _day(reference.today + _ONE_DAY * time_words.NEAR_DAYS[words["near_day"].lower()])


_Resolver: TypeAlias = Callable[[Words, Reference], Span | None]
_BY_GROUP: Final[Mapping[str, _Resolver]] = MappingProxyType({
    "unit": _shifted,
    "weekday": _weekday,
    "season": _yearly,
})
_RESOLVERS: Final[Mapping[Kind, _Resolver]] = MappingProxyType({
    Kind.DAY: _yearly,
    Kind.MONTH: _yearly,
    Kind.SEASON: _yearly,
    Kind.HOLIDAY: _yearly,
    Kind.WEEKDAY: _weekday,
    Kind.YEAR: _year,
    Kind.UNIT: _shifted,
    Kind.ROLLING: _rolling,
    Kind.ORDINAL: _ordinal,
    Kind.LAST_BUT_ONE: _last_but_one,
    Kind.NEAR_DAY: _near_day,
})


def resolved(kind: Kind, words: Words, reference: Reference) -> Span | None:
    """Return the days that *words* of this *kind* name, None if the calendar has none such."""
    try:
        return _RESOLVERS[kind](words, reference)
    except (ValueError, OverflowError):
        # Beyond the years 1 to 9999: "9999 years ago".
        return None


def part_of(span: Span, part: str) -> Span:
    """Return the *part* of *span*, in whole days; all of it where it is too short for parts.

    A part that is a unit holds the span: "the week of 8 May".
    """
    if part in time_words.PARTS:
        first, last = time_words.PARTS[part]
        days = (span.end - span.start).days
        start = span.start + _ONE_DAY * (days * first // _SIXTHS)
        end = span.start + _ONE_DAY * (days * last // _SIXTHS)
        return Span(start, end) if start < end else span
    holder = _unit_of(time_words.UNITS[part], span.start)
    return holder if span.end <= holder.end else span


def offset(words: Words, anchor: Span) -> Span | None:
    """Return what lies so many units before or after *anchor*; None beyond the calendar.

    "a week before" are the seven days up to the anchor, "two weeks before" the seven days before
    those, "the two weeks before" all fourteen. A day of the week or a weekend is the nearest one.
    """
    side = " ".join(words["side"].lower().split())
    try:
        return (
            _before(words, anchor.start) if side in time_words.BEFORE else _after(words, anchor.end)
        )
    except (ValueError, OverflowError):
        return None


def _before(words: Words, end: date) -> Span:
    if "weekday" in words:
        named = time_words.WEEKDAYS[words["weekday"].lower()]
        return _day(end + relativedelta(days=-1, weekday=named(-1)))
    unit, count = _unit(words), _count(words)
    if unit is time_words.WEEKEND:
        saturday = end + relativedelta(days=-2, weekday=SA(-count))
        return Span(saturday, saturday + unit.length)
    near = 0 if "the" in words else count - 1
    return Span(end - unit.step * count, end - unit.step * near)


def _after(words: Words, start: date) -> Span:
    if "weekday" in words:
        named = time_words.WEEKDAYS[words["weekday"].lower()]
        return _day(start + relativedelta(weekday=named))
    unit, count = _unit(words), _count(words)
    if unit is time_words.WEEKEND:
        saturday = start + relativedelta(weekday=SA(count))
        return Span(saturday, saturday + unit.length)
    near = 0 if "the" in words else count - 1
    return Span(start + unit.step * near, start + unit.step * count)
