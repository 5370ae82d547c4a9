"""Names of places, bodies and people, and titles of jobs, at the start of a text."""

from __future__ import annotations

import re
from typing import Final

from memsvc.core.patterns import places, stops, words
from memsvc.core.patterns.shapes import (
    EDGES,
    ROLE_END,
    VALUE_WORDS_MAX,
    Shape,
    Value,
    ends_thought,
    until,
    without_fillers,
)
from memsvc.core.patterns.words import set_of

#: A name in capitals alone is at most this long ("JR"), and no name is shorter than that. In letters.
INITIALS_MAX: Final = 2
NAME_LENGTH_MIN: Final = 2
_NOT_PLACES: Final = (words.COMPANIES | words.TOOLS | words.LANGUAGES) - places.PLACES

_JOB_HEADS: Final = words.OCCUPATIONS | {f"{word}s" for word in words.OCCUPATIONS}

_JOB_GOES_ON: Final = set_of(
    "at | for | in | with | from | based | and | but | who | working | by | on | living | specializing | specialising | because | so | here | there | - | &"
)


def _core(token: str) -> str:
    return token.strip(EDGES)


def _is_proper(token: str, *, shouting: bool) -> bool:
    """Return whether *token* is part of a name."""
    core = _core(token)
    if not core or (
        core.lower() in stops.GOES_ON and (shouting or not core[0].isupper() or core == "I")
    ):
        return False
    return core.lower() != core or (core.isdigit() and len(core) > 1)


def proper(text: str, shape: Shape) -> list[Value]:
    """Return the name of a place or a body that *text* begins with."""
    place = shape == Shape.PLACE
    known = places.PLACES if place else words.COMPANIES | words.SCHOOLS
    start = text[4:] if text.lower().startswith("the ") else text
    tokens = start.split(" ", VALUE_WORDS_MAX + 6)[: VALUE_WORDS_MAX + 6]
    shouting = text.isupper() and len(text) > len(tokens[0]) + 2
    count = _known_length(tokens, known)
    if not count and not (shouting and place):
        count = _name_length(tokens, place=place, shouting=shouting)
    elif count and not place and _is_proper(tokens[0], shouting=shouting):
        count = max(count, _name_length(tokens, place=place, shouting=shouting))
    if not count:
        return []
    if place:
        count = _with_region(tokens, count, shouting=shouting)
    name = " ".join(tokens[:count])
    after = tokens[count:]
    goes_on = (
        not after
        or name.endswith((",", ";", ":"))
        or _core(after[0]).lower() in stops.FOLLOWS
        or after[0][0] in EDGES
    )
    value = name.strip(' ,;:!?"()')
    lowered = {_core(token).lower() for token in tokens[:count]}
    spoilt = place and (
        lowered & stops.NO_PLACE
        or value.lower() in _NOT_PLACES
        or value.endswith("'s")
        or value.isdigit()
    )
    idle = value.lower() in stops.NO_NAME
    if not goes_on or spoilt or idle or not value:
        return []
    article = text[:4] if start is not text else ""
    return [Value(value, article + value, " ".join(after))]


def _known_length(tokens: list[str], known: frozenset[str]) -> int:
    """Return how many of *tokens* are a known name, the longest; 0 for none."""
    for count in range(min(4, len(tokens)), 0, -1):
        name = " ".join(tokens[:count]).lower().rstrip(",.;:!")
        if name in known or name in places.DOUBLE_PLACES:
            return count
    return 0


def _name_length(tokens: list[str], *, place: bool, shouting: bool) -> int:
    """Return how many of *tokens* are written as a name."""
    count = 0
    areas = 0
    while place and areas < len(tokens) and tokens[areas] in stops.AREAS:
        areas += 1
    position = areas
    while position < len(tokens):
        if _is_proper(tokens[position], shouting=shouting):
            position += 1
            count = position
            if tokens[position - 1].endswith((",", ";", ":")):
                break
            continue
        joiner = tokens[position].lower()
        if not count or not (joiner in stops.JOINERS or (joiner == "and" and not place)):
            break
        following = position + (2 if tokens[position + 1 : position + 2] == ["the"] else 1)
        if following >= len(tokens) or not _is_proper(tokens[following], shouting=shouting):
            break
        if joiner == "and" and following + 1 < len(tokens):
            break
        position = following
    return count


def _with_region(tokens: list[str], count: int, *, shouting: bool) -> int:
    """Return *count*, and the region that follows after a comma: "Austin, Texas"."""
    if not tokens[count - 1].endswith(",") or count >= len(tokens):
        return count
    region = tokens[count : count + 4]
    length = _known_length(region, places.PLACES)
    if not length and not shouting:
        length = _name_length(region, place=True, shouting=False)
        ends = count + length >= len(tokens) or region[length - 1].endswith(",")
        length = length if ends else 0
    return count + length


def people(text: str, shape: Shape, *, several: bool) -> list[Value]:
    """Return the names that *text* begins with."""
    found: list[Value] = []
    rest = text
    while True:
        name = _person(rest, strict=shape == Shape.NAME)
        if name is None:
            return found
        found.append(name)
        joint = re.match(r"\s*(?:,|,?\s+and|\s+&)\s+(?=[^\W\d_])", name.rest, re.IGNORECASE)
        if not several or joint is None:
            return found
        rest = name.rest[joint.end() :]


def _person(text: str, *, strict: bool) -> Value | None:
    """Return the name that *text* begins with; if *strict* nothing but another thought may follow."""
    tokens = text.split(" ", 4)[:4]
    shouting = text.isupper() and len(tokens) > 1
    taken: list[str] = []
    for token in tokens:
        core = _core(token).removesuffix("'s")
        letters = re.fullmatch(r"[^\W\d_][^\W\d_'.-]*(?:['-][^\W\d_]+)*", core)
        if (
            letters is None
            or core.lower() in stops.NO_NAMES
            or (core.isupper() and len(core) > INITIALS_MAX and not shouting)
        ):
            break
        if not core[0].isupper() and not (not taken and strict and text.islower()):
            break
        taken.append(core)
        if core != token:
            break
    name = " ".join(taken)
    if len(name) < NAME_LENGTH_MIN or (shouting and not strict):
        return None
    rest = text[len(name) :]
    if strict and not (
        ends_thought(rest) or re.match(r"\s*(?:from|by|but|the|a|an|who|in)\b", rest)
    ):
        return None
    return Value(name, name, rest)


def occupation(text: str) -> list[Value]:
    """Return the job's title that *text* begins with."""
    tokens = without_fillers(text).split(" ")[:12]
    length = 0
    for position, token in enumerate(tokens[:6]):
        core = _core(token).lower()
        leads = core == "lead" and tokens[max(position - 1, 0)].lower() in words.LED
        if core in _JOB_HEADS or leads:
            length = position + 1
        elif core in words.NO_TRADE or core in stops.GOES_ON or not core or core[0].isdigit():
            break
        if core != token.lower():
            break
    before = {token.lower() for token in tokens[: length - 1]} if length else set()
    if not length or before & words.NO_TRADE or tokens[length - 1].endswith("'s"):
        return []
    if tokens[length : length + 1] == ["of"] and len(tokens) > length + 1:
        length += 1 + len(until(" ".join(tokens[length + 1 :]), ROLE_END).split()[:3])
    title = " ".join(tokens[:length]).strip(EDGES)
    after = tokens[length:]
    ended = tokens[length - 1][-1] in ",;:." or not after
    if not ended and after[0].lower() not in _JOB_GOES_ON:
        return []
    if after[:1] == ["who"] and not " ".join(after[1:2]).endswith("s"):
        # "a doctor who fan"
        return []
    if re.match(
        r"(?:at heart|in training|by training|in disguise|for (?:the|this|a) (?:day|night|party|game))",
        " ".join(after),
    ):
        return []
    return [Value(title, title, " ".join(after))]
