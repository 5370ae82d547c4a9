"""English words for time, as data: what they mean, and the patterns that find them.

A blank in a pattern stands for any white space. Patterns are ASCII: then no letter of another script
folds to one of ours, to be missing from a table. Words without capitals are the keys of the tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from dateutil.relativedelta import FR, MO, SA, SU, TH, TU, WE, relativedelta


class Kind(Enum):
    """How the words of a time are resolved."""

    DAY = auto()
    MONTH = auto()
    SEASON = auto()
    HOLIDAY = auto()
    WEEKDAY = auto()
    YEAR = auto()
    UNIT = auto()
    ROLLING = auto()
    ORDINAL = auto()
    LAST_BUT_ONE = auto()
    NEAR_DAY = auto()


@dataclass(frozen=True, slots=True)
class Unit:
    """A length of time that people count in."""

    #: From one to the next.
    step: relativedelta
    #: From any day to the first of the unit that holds it.
    first: relativedelta
    #: From the first day to the day after the last.
    length: relativedelta


def pattern(text: str) -> re.Pattern[str]:
    """Return *text* compiled, with any white space for each blank."""
    return re.compile(text.replace(" ", r"\s+"), re.IGNORECASE | re.ASCII)


def _any(words: Iterable[str]) -> str:
    """Return what matches any of *words*: the longer first, so that its start does not win."""
    return "|".join(sorted(words, key=len, reverse=True))


MONTH_NAMES: Final = {
    "january": 1,
    "february": 2,
    "march": 3,
    "april": 4,
    "may": 5,
    "june": 6,
    "july": 7,
    "august": 8,
    "september": 9,
    "october": 10,
    "november": 11,
    "december": 12,
}
MONTHS: Final = MONTH_NAMES | {name[:3]: month for name, month in MONTH_NAMES.items()} | {"sept": 9}
#: Months that need no preposition: the others are verbs or people as well.
PLAIN_MONTHS: Final = frozenset(MONTH_NAMES) - {"march", "april", "may", "june", "august"}
#: Written small, these are verbs unless the words around them say otherwise.
VERBS: Final = frozenset({"march", "may"})
WEEKDAY_NAMES: Final = {
    "monday": MO,
    "tuesday": TU,
    "wednesday": WE,
    "thursday": TH,
    "friday": FR,
    "saturday": SA,
    "sunday": SU,
}
WEEKDAYS: Final = (
    WEEKDAY_NAMES
    | {name[:3]: weekday for name, weekday in WEEKDAY_NAMES.items()}
    | {"tues": TU, "thur": TH, "thurs": TH}
)
#: The month in which a season begins: meteorological, northern hemisphere.
SEASONS: Final = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
DAY: Final = Unit(relativedelta(days=1), relativedelta(), relativedelta(days=1))
YEAR: Final = Unit(relativedelta(years=1), relativedelta(month=1, day=1), relativedelta(years=1))
#: The one of the same week, which begins on Monday.
WEEKEND: Final = Unit(
    relativedelta(weeks=1), relativedelta(days=-1, weekday=SA), relativedelta(days=2)
)
UNITS: Final = {
    "second": Unit(relativedelta(seconds=1), relativedelta(), DAY.length),
    "minute": Unit(relativedelta(minutes=1), relativedelta(), DAY.length),
    "hour": Unit(relativedelta(hours=1), relativedelta(), DAY.length),
    **dict.fromkeys(("day", "night", "morning", "afternoon", "evening"), DAY),
    "week": Unit(relativedelta(weeks=1), relativedelta(weekday=MO(-1)), relativedelta(weeks=1)),
    "weekend": WEEKEND,
    "month": Unit(relativedelta(months=1), relativedelta(day=1), relativedelta(months=1)),
    "year": YEAR,
}
WHICH: Final = {
    **dict.fromkeys(("last", "past", "this past"), -1),
    **dict.fromkeys(("this", "current"), 0),
    **dict.fromkeys(("next", "coming", "upcoming", "this coming"), 1),
}
_NUMBERS = "one two three four five six seven eight nine ten eleven twelve"
COUNTS: Final = {
    **{name: number for number, name in enumerate(_NUMBERS.split(), 1)},
    "a": 1,
    "an": 1,
    "couple": 2,
    "few": 3,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
}
_DAY_WORDS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth"
    " fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first"
    " twenty-second twenty-third twenty-fourth twenty-fifth twenty-sixth twenty-seventh twenty-eighth"
    " twenty-ninth thirtieth thirty-first"
)
DAY_WORDS: Final = {name: number for number, name in enumerate(_DAY_WORDS.split(), 1)}
ORDINALS: Final = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
NEAR_DAYS: Final = {"yesterday": -1, "today": 0, "now": 0, "tonight": 0, "tomorrow": 1}
#: The parts of a time: from how many sixths of it to how many.
PARTS: Final = {
    **dict.fromkeys(("early", "beginning", "start"), (0, 2)),
    **dict.fromkeys(("mid", "middle"), (2, 4)),
    **dict.fromkeys(("late", "end"), (4, 6)),
    "first half": (0, 3),
    "second half": (3, 6),
}
#: The day of a holiday: from the first of January, or in days from Easter Sunday.
_HOLIDAY_DAYS: Final[dict[str, relativedelta | int]] = {
    "christmas eve": relativedelta(month=12, day=24),
    "christmas day|christmas|xmas": relativedelta(month=12, day=25),
    "boxing day": relativedelta(month=12, day=26),
    r"new year['\u2019]?s eve": relativedelta(month=12, day=31),
    r"new year(?!['\u2019]?s? resolution)(?:['\u2019]?s)?(?: day)?": relativedelta(month=1, day=1),
    r"valentine['\u2019]?s?(?: day)?": relativedelta(month=2, day=14),
    r"(?:st[.]?|saint) patrick['\u2019]?s day": relativedelta(month=3, day=17),
    "independence day": relativedelta(month=7, day=4),
    "halloween": relativedelta(month=10, day=31),
    "thanksgiving(?: day)?": relativedelta(month=11, day=1, weekday=TH(+4)),
    "black friday": relativedelta(month=11, day=23, weekday=FR(+1)),
    "good friday": -2,
    "easter monday": 1,
    "easter(?: sunday| day)?": 0,
}
HOLIDAYS: Final = tuple((pattern(text), day) for text, day in _HOLIDAY_DAYS.items())

_YEAR = r"(?:19|20)\d\d"
_AFTER_NUMBER = r"(?!\w|[.,:/]\d|%)"
_ORDINAL_END = "(?:st|[nr]d|th)"
_DAY_NUMBER = r"(?P<day>[0-3]?\d)"
_MONTH = rf"(?P<month>{_any(MONTHS)})\b(?:\.(?= \d))?(?! (?:be|not|have)\b)"
_WEEKDAY = rf"(?:{_any(WEEKDAY_NAMES)})"
_SEASON = rf"(?:{_any(SEASONS)})"
_HOLIDAY = rf"(?:{'|'.join(_HOLIDAY_DAYS)})"
#: Before a date these add nothing to it.
_DAY_NAME_LEAD = rf"(?:(?:{_any(WEEKDAYS)}|{_HOLIDAY})\b,? (?:the )?)?"
_UNIT = rf"(?:{_any(UNITS)})"
_COUNT = rf"(?P<count>[1-9]\d{{0,3}}|(?:a )?(?:couple(?: of)?|few)|{_any(set(COUNTS) - {'couple', 'few'})})"
_WHICH = rf"(?P<which>{_any(WHICH)}) "
_OF_YEAR = (
    rf"(?:,? (?:of )?(?:(?P<year>{_YEAR}){_AFTER_NUMBER}|(?P<year_which>last|this|next) year\b))?"
)
#: Not "the last day of school", which rests on when that was.
_NOT_OF = r"(?! of\b)"
#: What is counted, so that the number before it is no year.
_NOT_COUNTED = (
    r"(?! (?:bucks|calories|days|dollars|euros|feet|followers|grams|hours|kilomet\w+|km|lines|members"
    r"|met(?:er|re)s|miles|minutes|pages|people|pieces|points|pounds|seconds|steps|times|units|users"
    r"|words)\b)"
)
_ISO_DAY = (
    rf"(?P<year>{_YEAR})(?P<mark>[-/])(?P<month_number>0?[1-9]|1[0-2])(?P=mark)(?P<day>\d\d?)"
    r"(?=T\d|(?![\w/-]|[.,]\d))"
)
_ISO_MONTH = rf"(?P<year>{_YEAR})-(?P<month_number>0[1-9]|1[0-2])(?![\w/-])"
_US_DAY = rf"(?P<month_number>\d\d?)/(?P<day>\d\d?)/(?P<year>{_YEAR})(?![\w/])"
_DAY_MONTH = rf"(?:the )?{_DAY_NUMBER}{_ORDINAL_END}?(?P<of> of)? {_MONTH}{_OF_YEAR}"
_WORD_MONTH = rf"(?:the )?(?P<day>{_any(DAY_WORDS)})(?P<of> of) {_MONTH}{_OF_YEAR}"
_MONTH_DAY = (
    rf"{_MONTH} (?:the )?{_DAY_NUMBER}(?P<suffix>{_ORDINAL_END})?(?!\w|[.:/]\d|%){_OF_YEAR}"
)
_LAST_BUT_ONE = (
    rf"the (?:(?P<unit>week|weekend|month|year|night)|(?P<weekday>{_WEEKDAY})|(?P<season>{_SEASON}))"
    rf" before last\b(?! (?:{_UNIT}|{_WEEKDAY}|{_SEASON}|{_any(MONTHS)}|{_HOLIDAY})\b)"
)
_ORDINAL = (
    rf"(?:the )?(?P<ordinal>{_any(ORDINALS)})"
    rf" (?:(?P<unit>day|week|weekend)|(?P<weekday>{_WEEKDAY})) (?:of|in) {_MONTH}{_OF_YEAR}"
)
_WEEKDAY_ALONE = (
    rf"(?:{_WHICH})?(?P<weekday>{_any(WEEKDAYS)})\b"
    rf"(?:(?: of)? (?P<week_which>last|this|next) week\b)?{_NOT_OF}"
    r"(?! (?:mornings|afternoons|evenings|nights|the \d))"
)
_LAST_FEW = rf"(?:the )?(?P<way>last|past|next|coming) {_COUNT} (?P<unit>{_UNIT})s?\b{_NOT_OF}"
#: The times, in the order in which they are tried.
TIMES: Final = tuple(
    (kind, pattern(text))
    for kind, text in (
        (Kind.DAY, _ISO_DAY),
        (Kind.MONTH, _ISO_MONTH),
        (Kind.DAY, _US_DAY),
        (Kind.DAY, _DAY_NAME_LEAD + _DAY_MONTH),
        (Kind.DAY, _WORD_MONTH),
        (Kind.DAY, _DAY_NAME_LEAD + _MONTH_DAY),
        (Kind.LAST_BUT_ONE, _LAST_BUT_ONE),
        (Kind.ORDINAL, _ORDINAL),
        (Kind.MONTH, rf"(?:{_WHICH})?{_MONTH}{_OF_YEAR}"),
        (Kind.SEASON, rf"(?:{_WHICH}|(?P<the>the) )?(?P<season>{_SEASON})\b{_OF_YEAR}"),
        (Kind.HOLIDAY, rf"(?:{_WHICH})?(?P<holiday>{_HOLIDAY})\b{_OF_YEAR}"),
        (Kind.WEEKDAY, _WEEKDAY_ALONE),
        (Kind.NEAR_DAY, rf"(?P<near_day>{_any(NEAR_DAYS)})\b"),
        (Kind.UNIT, rf"{_WHICH}(?P<unit>week|weekend|month|year)\b{_NOT_OF}"),
        (Kind.UNIT, r"(?P<which>last|this) (?P<unit>night|morning|afternoon|evening)\b"),
        (Kind.UNIT, r"(?P<the>the) (?P<unit>weekend)\b(?! (?:of|before|after)\b)"),
        (Kind.UNIT, rf"{_COUNT} (?P<unit>{_UNIT})s? (?P<way>ago|from now)\b"),
        (Kind.ROLLING, _LAST_FEW),
        (Kind.ROLLING, rf"the (?P<way>last|past) (?P<unit>week|month|year)\b{_NOT_OF}"),
        (Kind.YEAR, rf"(?P<the>the year )?(?P<year>{_YEAR}){_AFTER_NUMBER}{_NOT_COUNTED}"),
    )
)
#: What stands before a time of which it is a part, or which it holds.
PART: Final = pattern(
    r"(?:the )?(?:(?P<part>early|mid|late)(?:-| (?:in )?)"
    r"|(?P<part_of>beginning|start|middle|end|first half|second half) of "
    r"|(?P<holder>day|week|weekend|month) of (?:the )?)"
)
#: What stands before a time from which it is so far.
OFFSET: Final = pattern(
    rf"(?P<the>the )?(?:{_COUNT} )?(?:(?P<unit>day|night|week|weekend|month|year)s?"
    rf"|(?P<weekday>{_WEEKDAY})) (?P<side>before|prior to|after|following) "
)
LEAD: Final = pattern(
    r"(?P<lead>in|during|throughout|before|prior to|until|till|up to|by|after|following|since|on|at"
    r"|over|for|from|of|around|about|between|within) "
)
#: What stands between a time and another within it.
WITHIN: Final = pattern(r",? (?P<lead>in|on|at|over|during|around) ")
#: What makes a time a bound: the range ends before it or with it, or begins after it or with it.
BEFORE: Final = frozenset({"before", "prior to"})
UNTIL: Final = frozenset({"until", "till", "up to", "by"})
AFTER: Final = frozenset({"after", "following"})
SINCE: Final = frozenset({"since"})
#: What announces two bounds.
BETWEEN: Final = frozenset({"between", "from"})
#: What makes an ambiguous month a month.
FIRM: Final = (BEFORE | UNTIL | AFTER | SINCE | {"in", "during", "throughout"}) - {"by"}
#: What makes a number a year, and what does so unless the number is a round one.
YEAR_FIRM: Final = FIRM - {"up to"}
YEAR_WEAK: Final = frozenset({"by", "for", "from", "of", "up to"})
ROUND: Final = 50
#: What makes "the summer" a certain one.
SEASON_FIRM: Final = frozenset({"in", "during", "throughout", "since", "over", "for", "until"})
#: After a time that stands after "from": there is no end.
ONWARD: Final = pattern(r" (?:onwards?\b|on(?=\s*(?:[?.,!;]|$)))")
_DASH = r"\s*[-\u2013\u2014]\s*"
_TO = rf"(?: (?P<joint>to|until|till|through|thru|and) |{_DASH})"
JOINT: Final = pattern(rf"{_TO}(?:(?:in|on) )?")
#: What stands before the second day of two in one month, and what is the second one.
FIRST_DAY: Final = pattern(rf"(?:the )?{_DAY_NUMBER}{_ORDINAL_END}?{_TO}")
SECOND_DAY: Final = pattern(
    rf"(?:the )?{_DAY_NUMBER}{_ORDINAL_END}?(?:,? (?P<year>{_YEAR}))?{_AFTER_NUMBER}"
)
_MONTH_NAME = rf"(?:{_any(MONTHS)})"
_NAME = rf"(?:{_WEEKDAY}|{_any(MONTH_NAMES)}|{_SEASON}|{_HOLIDAY}|weekend)\b"
_DATE = (
    rf"(?:the )?\d\d?{_ORDINAL_END}?(?: of)? {_MONTH_NAME}\b|{_MONTH_NAME} \d\d?{_ORDINAL_END}?\b"
)
_WHICH_OF_MANY = "(?:other|second|third|fourth|first|last|single|past) "
#: Looks like a time and names none: what comes again and again, any such time, halves, near words.
NAMELESS: Final = pattern(
    rf"(?:every|each|any) (?:{_WHICH_OF_MANY})?(?:{_DATE}|{_NAME})"
    rf"|(?:an?|one|some|my|our|your|his|her|their) (?:{_WEEKDAY}|{_SEASON})\b"
    rf"|(?:an?|one|some) (?:{_any(MONTH_NAMES)})\b"
    rf"|the {_WEEKDAY}\b(?!,? (?:before|prior|after|following|of|(?:the )?\d|{_MONTH_NAME}\b))"
    rf"|(?:(?:on|open) )?{_WEEKDAY}(?: (?:to|through|thru) |{_DASH}){_WEEKDAY}\b"
    rf"|half (?:an? )?{_UNIT}s? ago\b"
    r"|the (?:last|next) (?:march|may)\b"
    r"|(?:ash wednesday|cyber monday|palm sunday|super tuesday)\b"
)

_HOLIDAY_WORDS = (
    "christmas xmas boxing valentine valentines patrick patricks independence halloween thanksgiving"
    " easter"
)
_YEARS = frozenset(map(str, range(1900, 2100)))
#: A text with none of these words, in small letters, names no time.
TELLING: Final = (
    frozenset(_HOLIDAY_WORDS.split())
    | frozenset(MONTHS)
    | frozenset(WEEKDAYS)
    | frozenset(SEASONS)
    | frozenset(UNITS)
    | frozenset(f"{unit}s" for unit in UNITS)
    | (frozenset(NEAR_DAYS) - {"now"})
    | _YEARS
)
_OTHER_WORDS = (
    "in during throughout before prior until till up by after following since on at over for from of"
    " around about between within the early mid late beginning start middle end new st saint black good"
    " every each any some my our your his her their open half ash cyber palm super past current coming"
    " upcoming this next"
)
#: A time begins with one of these words, in small letters, or with a digit.
FIRST: Final = (
    (TELLING - _YEARS)
    | frozenset(_OTHER_WORDS.split())
    | frozenset(COUNTS)
    | frozenset(ORDINALS)
    | frozenset(DAY_WORDS)
)
WORD: Final = re.compile(r"[^\W_]+")
#: A word that may begin a time: not inside of a path, an address, a price or a decimal.
FREE_WORD: Final = re.compile(r"(?<![$\u20ac\u00a3#@/:+\w-])(?<!\d[.,])[^\W_]+")
