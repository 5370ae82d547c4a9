"""Secrets in texts: found by their shapes and check digits, and masked.

Names, addresses and telephone numbers are no secrets here: a memory has to remember them.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from memsvc.core.model import JsonValue, Metadata
from memsvc.core.secret_shapes import SHAPES

# Each looks for its first character first, and then for what stands before that: most places are none.
#: The first digit of a card number, and how many there are.
_CARD: Final = re.compile(r"[2-6](?<![\w.+-][2-6])(?:[ -]?[0-9]){12,18}+(?![\w-]|\.[0-9])")
_IBAN: Final = re.compile(
    r"[A-Z]{2}[0-9]{2}(?<![A-Za-z0-9][A-Z]{2}[0-9]{2})(?: ?[A-Z0-9]){11,30}+(?![A-Za-z0-9])"
)
_SSN: Final = re.compile(
    r"[0-8][0-9]{2}(?<![\w.-][0-9]{3})(?<!000)(?<!666)-(?!00)[0-9]{2}-(?!0000)[0-9]{4}(?![\w-]|\.[0-9])"
)
#: What says before a number that it is another one.
_OTHER_NUMBER: Final = re.compile(
    r"(?:order|invoice|tracking|parcel|ticket|reference|ref|imei|isbn|ean|serial|phone|tel|fax|case|customer|id)"
    r"[\w .:#-]{0,16}$",
    re.IGNORECASE,
)
_BEFORE_LENGTH: Final = 32
_NOT_DIGIT: Final = re.compile(r"[ -]")
#: How long an IBAN is, by country; others are not looked for.
_IBAN_LENGTHS: Final[Mapping[str, int]] = {
    name: length
    for length, names in {
        15: "NO",
        16: "BE",
        18: "DK FO FI GL NL SD",
        19: "MK SI",
        20: "AT BA EE KZ LT LU MN XK",
        21: "HR LV LI CH",
        22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST",
        26: "IS TR",
        27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HU LB NI PL SV",
        29: "BR EG PS QA UA",
        30: "JO KW MU",
        31: "MT SC",
        32: "LC",
        33: "RU",
    }.items()
    for name in names.split()
}
_LETTER_BASE: Final = 55
_NINE: Final = 9


class SecretPolicy(StrEnum):
    """What becomes of a text that holds a secret."""

    #: Nobody looks.
    OFF = "off"
    #: It is stored as it is, and flagged.
    FLAG = "flag"
    #: The secret is masked.
    MASK = "mask"
    #: It is refused.
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without its secrets."""

    text: str
    #: What they were, in alphabetical order, each once.
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    kind: str


def masked(text: str) -> Masked:
    """Return *text* with "[masked:<kind>]" in the place of each secret.

    A text without one comes back as it is. The time that it takes grows with the length of the text.
    """
    found = _apart(sorted(_secrets(text), key=lambda one: (one.start, -one.end)))
    if not found:
        return Masked(text)
    pieces, last = [], 0
    for one in found:
        pieces += [text[last : one.start], f"[masked:{one.kind}]"]
        last = one.end
    return Masked("".join([*pieces, text[last:]]), tuple(sorted({one.kind for one in found})))


def masked_value(value: JsonValue) -> tuple[JsonValue, frozenset[str]]:
    """Return a JSON value with every string in it masked, and the kinds of what was."""
    if isinstance(value, str):
        clean = masked(value)
        return clean.text, frozenset(clean.kinds)
    if isinstance(value, list):
        items = [masked_value(item) for item in value]
        return [item for item, _ in items], frozenset[str]().union(*(kinds for _, kinds in items))
    if isinstance(value, dict):
        return masked_metadata(value)
    return value, frozenset()


def masked_metadata(metadata: Metadata) -> tuple[dict[str, JsonValue], frozenset[str]]:
    """Return *metadata* with every key and string masked, and the kinds of what was."""
    clean: dict[str, JsonValue] = {}
    kinds = frozenset[str]()
    for key, value in metadata.items():
        name, inner = masked(key), masked_value(value)
        # {"password": "…"} tells by its key what "…" is.
        if isinstance(value, str) and inner[0] == value:
            pair = masked(f"{key}={value}")
            if pair.kinds:
                inner = f"[masked:{pair.kinds[0]}]", frozenset(pair.kinds)
        clean[name.text] = inner[0]
        kinds |= inner[1] | set(name.kinds)
    return clean, kinds


def _apart(found: list[_Found]) -> list[_Found]:
    """Return those that begin behind the end of the one before."""
    kept: list[_Found] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _secrets(text: str) -> Iterator[_Found]:
    lowered = text.lower()
    for shape in SHAPES:
        if any(literal in lowered for literal in shape.needs):
            group = "secret" if "secret" in shape.pattern.groupindex else 0
            for match in shape.pattern.finditer(text):
                yield _Found(match.start(group), match.end(group), shape.kind)
    if sum(map(text.count, string.digits)) >= _NINE:
        yield from _numbers(text)


def _numbers(text: str) -> Iterator[_Found]:
    for match in _CARD.finditer(text):
        before = text[max(match.start() - _BEFORE_LENGTH, 0) : match.start()]
        if _is_card(match.group()) and not _OTHER_NUMBER.search(before):
            yield _Found(match.start(), match.end(), "card_number")
    for match in _IBAN.finditer(text):
        length = _iban_length(match.group())
        if length:
            yield _Found(match.start(), match.start() + length, "iban")
    for match in _SSN.finditer(text):
        yield _Found(match.start(), match.end(), "us_ssn")


def _is_card(written: str) -> bool:
    """Return whether the digits are those of a card: a known beginning and length, Luhn's sum."""
    digits = _NOT_DIGIT.sub("", written)
    if not _is_issued(digits) or len(set(digits)) == 1:
        return False
    # Written in groups, a card's are of four, or 4-6-5.
    groups = [len(group) for group in re.split(r"[ -]", written)]
    if len(groups) > 1 and max(groups) > 6:  # ruff: ignore[magic-value-comparison] - said above
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - _NINE if value > _NINE else value
    return total % 10 == 0


def _is_issued(digits: str) -> bool:
    """Return whether a network issues numbers of this beginning and length."""
    lengths = {
        "3": {15} if digits[1] in "47" else {14, 16},
        "4": {16, 19},
        "5": {16},
        "2": {16},
        "6": {16, 19},
    }
    known = digits[0] in "46" or digits[:2] in {"34", "37", "36", "38", "30", "35"}
    known = known or (digits[0] == "5" and digits[1] in "12345")
    known = known or (digits[0] == "2" and "2221" <= digits[:4] <= "2720")
    return known and len(digits) in lengths[digits[0]]


def _iban_length(written: str) -> int:
    """Return how many characters of *written* are an IBAN; 0 if it does not begin with one."""
    wanted = _IBAN_LENGTHS.get(written[:2], 0)
    compact = written.replace(" ", "")[:wanted]
    if not wanted or len(compact) < wanted:
        return 0
    moved = compact[4:] + compact[:4]
    number = "".join(
        str(ord(letter) - _LETTER_BASE) if letter.isalpha() else letter for letter in moved
    )
    if int(number) % 97 != 1:
        return 0
    count = 0
    for place, character in enumerate(written):
        count += character != " "
        if count == wanted:
            return place + 1
    return 0
