"""The profile that a language model wrote of a user, read with patience and checked without."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from memsvc.core.characters import is_storable
from memsvc.core.reply_json import UnreadableReply, json_values, snake_case

#: Characters of a summary and of a trait, and how many traits there are.
SUMMARY_LENGTH_MAX: Final = 1000
TRAIT_LENGTH_MAX: Final = 80
TRAITS_MAX: Final = 10

_STRINGS: Final[Mapping[str, object]] = {"type": "array", "items": {"type": "string"}}
_FIELDS: Final[Mapping[str, object]] = {
    "essential": _STRINGS,
    "summary": {"type": "string"},
    "traits": _STRINGS,
}
#: The JSON schema of a reply, of the kind that providers hold a model to.
PROFILE_SCHEMA: Final[Mapping[str, object]] = {
    "type": "object",
    "properties": _FIELDS,
    "required": list(_FIELDS),
    "additionalProperties": False,
}
#: So many objects may be wrapped around the profile.
_WRAPPERS_MAX: Final = 3


@dataclass(frozen=True, slots=True)
class ProfileReply:
    """What is worth knowing of a user before all else."""

    #: The ids of the essential facts, in the model's order; all are known, and none comes twice.
    essential: list[str]
    #: Prose of at most SUMMARY_LENGTH_MAX characters; may be "".
    summary: str
    #: At most TRAITS_MAX phrases of at most TRAIT_LENGTH_MAX characters.
    traits: list[str]
    #: How many ids and traits the model gave beyond that, repetitions aside.
    dropped: int


def parse_profile(reply: str, known_ids: Collection[str]) -> ProfileReply:
    """Return the profile in *reply*, whose essential facts are among *known_ids*.

    It is found as `parse_facts` finds facts. Ids that nobody knows and traits that are no short
    text are dropped; a summary that is too long is cut after its last whole sentence, or word.

    Raises UnreadableReply if there is none: no object with a list of essential ids and a summary,
    either of which may be null.
    """
    for found in json_values(reply):
        fields = None if found.from_broken else _profile(found.value)
        if fields is not None:
            return _checked(fields, known_ids)
    raise UnreadableReply


def _profile(value: object, wrappers: int = _WRAPPERS_MAX) -> dict[str, object] | None:
    """Return the fields of the profile that *value* is, or holds; None if there is none."""
    if not isinstance(value, dict):
        return None
    fields = {snake_case(name): field for name, field in value.items()}
    essential, summary = fields.get("essential", ""), fields.get("summary", 0)
    if isinstance(essential, list | None) and isinstance(summary, str | None):
        return fields
    if wrappers:
        inner = (_profile(field, wrappers - 1) for field in value.values())
        return next((profile for profile in inner if profile is not None), None)
    return None


def _checked(fields: Mapping[str, object], known_ids: Collection[str]) -> ProfileReply:
    """Return what of *fields* can be kept."""
    known = set(known_ids)
    given, no_ids = _texts(fields.get("essential"))
    essential = [written for written in given if written in known]
    described, no_traits = _texts(fields.get("traits"))
    traits = [written for written in described if _is_trait(written)][:TRAITS_MAX]
    dropped = len(given) - len(essential) + no_ids + len(described) - len(traits) + no_traits
    return ProfileReply(essential, _summary(fields.get("summary")), traits, dropped)


def _texts(values: object) -> tuple[list[str], int]:
    """Return the texts and whole numbers of a list, each once, and how many items are neither."""
    if not isinstance(values, list):
        return [], 0
    texts = [str(value).strip() for value in values if isinstance(value, str | int)]
    return list(dict.fromkeys(texts)), len(values) - len(texts)


def _is_trait(text: str) -> bool:
    return 0 < len(text) <= TRAIT_LENGTH_MAX and is_storable(text)


def _summary(value: object) -> str:
    """Return the summary, no longer than it may be; "" if it cannot be stored."""
    if not isinstance(value, str) or not is_storable(value):
        return ""
    text = value.strip()
    if len(text) <= SUMMARY_LENGTH_MAX:
        return text
    cut = text[:SUMMARY_LENGTH_MAX]
    sentence = cut.rfind(". ")
    if sentence > 0:
        return cut[: sentence + 1]
    return cut.rpartition(" ")[0] or cut
