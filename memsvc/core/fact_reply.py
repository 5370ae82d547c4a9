"""What a language model drew from a message, read with patience and checked without."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from memsvc.core.characters import is_storable
from memsvc.core.facts import (
    CATEGORIES,
    CONFIDENCE_MIN,
    CONTENT_BYTES_MAX,
    FACTS_MAX,
    SLOT_BYTES_MAX,
    VALUE_BYTES_MAX,
    ExtractedFact,
    fits,
    normalised,
)
from memsvc.core.model import TemporalState
from memsvc.core.reply_json import UnreadableReply, json_values, snake_case
from memsvc.core.slot_names import SLOT_ALIASES
from memsvc.core.slots import SLOTS

#: No fact is older than that.
EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
#: What is so, or was so, began at most so long after it was said: clocks differ.
CLOCK_DIFFERENCE: Final = timedelta(minutes=5)
#: So many items of a reply are looked at; the others are dropped unread.
EXAMINED_MAX: Final = 4 * FACTS_MAX
#: The category of what fits no other one.
OTHER: Final = "other"

_STATES: Final = {state.name: state for state in TemporalState if state}
_STATE_PREFIX: Final = "TEMPORAL_STATE_"
_NULLABLE: Final = {"type": ["string", "null"]}
_FIELDS: Final[Mapping[str, object]] = {
    "content": {"type": "string"},
    "category": {"type": "string", "enum": sorted(CATEGORIES)},
    "slot": _NULLABLE,
    "value": _NULLABLE,
    "temporal_state": {"type": "string", "enum": [name.lower() for name in _STATES]},
    "confidence": {"type": "number"},
    "event_time": _NULLABLE,
    "ends": {"type": "boolean"},
}
#: The JSON schema of a reply, of the kind that providers hold a model to.
FACTS_SCHEMA: Final[Mapping[str, object]] = {
    "type": "object",
    "properties": {
        "facts": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": _FIELDS,
                "required": list(_FIELDS),
                "additionalProperties": False,
            },
        }
    },
    "required": ["facts"],
    "additionalProperties": False,
}

#: Other names of the fields, in snake_case.
_FIELD_ALIASES: Final = {
    "fact": "content",
    "statement": "content",
    "attribute": "slot",
    "state": "temporal_state",
    "event_date": "event_time",
}
#: The field of a reply that lists the facts, and another name of it.
_LISTS: Final = ("facts", "memories")
#: So many objects may be wrapped around the facts.
_WRAPPERS_MAX: Final = 3
_YEAR_OR_MONTH: Final = re.compile(r"\d{4}(-\d{2})?")
_PERCENT: Final = 100
_BOOLEANS: Final = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class ParsedReply:
    """The facts of a reply."""

    #: At most FACTS_MAX, no two with the same slot and the same value.
    facts: list[ExtractedFact]
    #: How many more the model gave that break a rule, or were too many.
    dropped: int


class _Invalid(ValueError):
    """The fact breaks a rule."""


def _text(value: object) -> str:
    """Return *value* without space around it, "" for null."""
    if value is None:
        return ""
    if not isinstance(value, str) or not is_storable(value):
        raise _Invalid
    return value.strip()


def _content(value: object) -> str:
    text = _text(value)
    if not text or not fits(text, CONTENT_BYTES_MAX):
        raise _Invalid
    return text


def _category(value: object) -> str:
    if value is None:
        return ""
    known = isinstance(value, str) and snake_case(value) in CATEGORIES
    return snake_case(str(value)) if known else OTHER


def _slot(value: object) -> str:
    name = snake_case(_text(value))
    name = SLOT_ALIASES.get(name, name)
    if not fits(name, SLOT_BYTES_MAX):
        raise _Invalid
    return name


def _value(value: object) -> str:
    """Return the value; a number's digits; "" if it is too long to be one."""
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return str(value)
    text = _text(value)
    return text if fits(text, VALUE_BYTES_MAX) else ""


def _state(value: object) -> TemporalState:
    name = _text(value).upper().removeprefix(_STATE_PREFIX)
    if name not in _STATES:
        raise _Invalid
    return _STATES[name]


def _confidence(value: object) -> float:
    """Return 0.9 for 0.9, "0.9", 90 and "90%"."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _Invalid
    written = str(value).strip()
    number = float(written.removesuffix("%"))
    if written.endswith("%") or number > 1:
        number /= _PERCENT
    # Not a number is not within any bounds.
    if not CONFIDENCE_MIN <= number <= 1:
        raise _Invalid
    return number


def _moment(value: object) -> datetime | None:
    """Return the beginning of an ISO date, month or year, or a moment; in UTC, None if it is none."""
    if not isinstance(value, str):
        return None
    written = value.strip()
    if _YEAR_OR_MONTH.fullmatch(written):
        written = f"{written}-01-01"[: len("2000-01-01")]
    try:
        moment = datetime.fromisoformat(written)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _boolean(value: object) -> bool:
    if value is None or isinstance(value, bool):
        return bool(value)
    if not isinstance(value, str) or value.strip().lower() not in _BOOLEANS:
        raise _Invalid
    return _BOOLEANS[value.strip().lower()]


class _Fact(BaseModel):
    """A fact as the model gave it, its fields under their own names."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    content: Annotated[str, BeforeValidator(_content)]
    category: Annotated[str, BeforeValidator(_category)] = ""
    slot: Annotated[str, BeforeValidator(_slot)] = ""
    value: Annotated[str, BeforeValidator(_value)] = ""
    temporal_state: Annotated[TemporalState, BeforeValidator(_state)]
    confidence: Annotated[float, BeforeValidator(_confidence)]
    event_time: Annotated[datetime | None, BeforeValidator(_moment)] = None
    ends: Annotated[bool, BeforeValidator(_boolean)] = False

    def drawn(self, said: datetime) -> ExtractedFact:
        """Return the fact with a category and a time that can be."""
        known = SLOTS.get(self.slot)
        return ExtractedFact(
            content=self.content,
            category=self.category or (known.category if known else OTHER),
            slot=self.slot,
            value=self.value,
            temporal_state=self.temporal_state,
            confidence=self.confidence,
            event_time=_possible(self.event_time, self.temporal_state, said),
            ends=self.ends,
        )


def parse_facts(reply: str, said: datetime) -> ParsedReply:
    """Return the facts of *reply*, to a message that was *said* then (with a time zone).

    Understood are {"facts": [...]}, with up to three objects around it, a list of facts, a single
    fact and {}, wherever in the reply they stand; fields in camelCase, null for what is missing,
    numbers in quotes. A fact that then still breaks a rule is dropped: the rules are those of
    ExtractedFact and of the limits in memsvc.core.facts. An unknown category becomes "other", a
    missing one the slot's; an event_time that is no ISO date becomes None, one that cannot be the
    nearest that can; a value that is too long "".

    Raises UnreadableReply if there are no facts to be found, not even an empty list of them.
    """
    empty = False
    for found in json_values(reply):
        items = _items(found.value)
        if items and not (found.from_broken and items[0] is found.value):
            return _checked(items, said)
        empty = empty or (items == [] and not found.from_broken)
    if not empty:
        raise UnreadableReply
    return ParsedReply([], 0)


def _items(value: object, wrappers: int = _WRAPPERS_MAX) -> Sequence[object] | None:
    """Return what may be the facts of *value*, unchecked; None if it has no place for facts."""
    if isinstance(value, list):
        return _listed(value)
    if not isinstance(value, dict):
        return None
    fields = _fields(value)
    listing = next((name for name in _LISTS if name in fields), None)
    if listing is not None:
        listed = fields[listing]
        return listed if isinstance(listed, list) else _items(listed or {}, 0)
    if "content" in fields or not value:
        return [value] if value else []
    inner = (_items(field, wrappers - 1) for field in value.values() if wrappers)
    return next((items for items in inner if items is not None), None)


def _listed(values: list[object]) -> Sequence[object] | None:
    """Return the facts of a list, of which each may be a list of facts itself."""
    items: list[object] = []
    facts = False
    for value in values:
        inner = _items(value, 0) if isinstance(value, dict) else None
        facts = facts or inner is not None
        items += [value] if inner is None else inner
    return items if facts or not values else None


def _fields(item: Mapping[str, object]) -> dict[str, object]:
    """Return *item* with the names of its fields as they should be."""
    fields = {snake_case(name): field for name, field in item.items()}
    for alias, name in _FIELD_ALIASES.items():
        if alias in fields:
            fields.setdefault(name, fields[alias])
    return fields


def _checked(items: Sequence[object], said: datetime) -> ParsedReply:
    """Return those of *items* that are facts, and count the others."""
    kept: dict[tuple[str, str], ExtractedFact] = {}
    repeated = 0
    for item in islice(items, EXAMINED_MAX):
        fact = _fact(item, said)
        if fact is None:
            continue
        key = (fact.slot, normalised((fact.slot and fact.value) or fact.content))
        if key in kept:
            repeated += 1
        elif len(kept) < FACTS_MAX:
            kept[key] = fact
    return ParsedReply(list(kept.values()), len(items) - len(kept) - repeated)


def _fact(item: object, said: datetime) -> ExtractedFact | None:
    """Return the fact that *item* is, None if it is none."""
    if not isinstance(item, dict):
        return None
    try:
        return _Fact.model_validate(_fields(item)).drawn(said)
    except ValidationError:
        return None


def _possible(moment: datetime | None, state: TemporalState, said: datetime) -> datetime | None:
    """Return the time nearest to *moment* at which something of this state can have begun."""
    if moment is None:
        return None
    if state in {TemporalState.CURRENT, TemporalState.PAST}:
        moment = min(moment, said + CLOCK_DIFFERENCE)
    return max(moment, EARLIEST)
