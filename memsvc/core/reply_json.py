"""JSON where a language model put it: within fences, among prose, with a comma too many."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from json import JSONDecoder
from typing import Final

#: How often the text is gone through, in all, in search of a value: what is no JSON costs no more.
SCANS_MAX: Final = 4
#: How many beginnings of a value are tried.
STARTS_MAX: Final = 200
#: A longer reply, in characters, is not searched for commas: it is none that was asked for.
TIDIED_MAX: Final = 256 * 1024
#: How many strings within strings are looked into.
STRINGS_MAX: Final = 2
#: More digits make a number that nobody meant.
DIGITS_MAX: Final = 30

_START: Final = re.compile(r"[{\[]")
#: What models that reason put around their thoughts.
_THOUGHT: Final = "<think>"
_THOUGHT_END: Final = "</think>"
#: A string, which is left as it is, or a comma that nothing follows.
_COMMA_TOO_MANY: Final = re.compile(r'("(?:[^"\\]++|\\.)*+")|,(?=\s*+[}\]])', re.DOTALL)
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_WORD: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class JsonValue:
    """An object or a list that a reply holds."""

    value: object
    #: It stands behind the beginning of a value that is no JSON, so it may be a part of a whole
    #: of which the rest is lost.
    from_broken: bool


class UnreadableReply(ValueError):
    """The reply holds no JSON of the form that was asked for."""

    def __init__(self) -> None:
        """Quote nothing of the reply: it may tell what a user said."""
        super().__init__(type(self).__doc__)


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= DIGITS_MAX else math.inf


#: A line break within a string is not JSON, but clear.
_DECODER: Final = JSONDecoder(strict=False, parse_int=_integer)


def json_values(reply: str) -> Iterator[JsonValue]:
    """Yield the objects and lists that *reply* holds, in order, each one decoded.

    Looked for are JSON in a string, and every outermost value among prose or fences; then the same
    once more without commas that stand before a closing bracket. What a model thought aloud before
    its answer is left out. The work is proportional to the length. Raises UnreadableReply if a
    value is nested too deeply.
    """
    text = reply.strip().removeprefix("\ufeff").strip()
    if text.startswith(_THOUGHT):
        text = text.partition(_THOUGHT_END)[2]
    text = _unwrapped(text)
    yield from _outermost(text)
    if len(text) <= TIDIED_MAX and (tidied := _COMMA_TOO_MANY.sub(r"\1", text)) != text:
        yield from _outermost(_unwrapped(tidied))


def snake_case(name: str) -> str:
    """Return *name* in lower case with words separated by "_": "temporalState", "Job title"."""
    return _NOT_WORD.sub("_", _CAMEL.sub("_", name)).strip("_").lower()


def _unwrapped(text: str) -> str:
    """Return the text that *text* is a JSON string of; *text* itself if it is none."""
    for _ in range(STRINGS_MAX):
        try:
            inner = _DECODER.decode(text) if text.startswith('"') else None
        except json.JSONDecodeError:
            inner = None
        if not isinstance(inner, str):
            break
        text = inner.strip()
    return text


def _outermost(text: str) -> Iterator[JsonValue]:
    """Yield the objects and lists of *text*; what is within one is not yielded again."""
    position, scanned, broken = 0, 0, False
    for _ in range(STARTS_MAX):
        begin = _START.search(text, position)
        if begin is None or scanned > SCANS_MAX * len(text):
            return
        try:
            value, position = _DECODER.raw_decode(text, begin.start())
        except json.JSONDecodeError as error:
            position = begin.end()
            scanned += error.pos - begin.start()
            # Prose in brackets is no JSON from the first character on.
            broken = broken or bool(text[position : error.pos].strip())
        except RecursionError:
            raise UnreadableReply from None
        else:
            yield JsonValue(value, broken)
