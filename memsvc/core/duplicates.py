"""When two facts of one slot that are worded differently say the same, and when facts say it all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from memsvc.core.lexical import terms

#: Two facts of one slot whose vectors are this close may be one. From Mémoire.
SIMILARITY_MIN: Final = 0.92

#: Terms that add nothing to a present fact.
_FILLERS: Final = frozenset(terms("now currently today nowadays really actually hi hello hey"))

_NEGATION: Final = re.compile(
    r"\b(no|not|never|none|nothing|nobody|neither|nor|without|cannot|hardly|barely|stopped|quit)\b|n't\b",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)*")
_NAME: Final = re.compile(r"(?<!^)(?<![.!?] )\b[A-Z][\w'\u2019-]*")


def may_be_one(content: str, value: str, other_content: str, other_value: str) -> bool:
    """Return whether two facts that are close in meaning may be taken for one.

    Not if one denies what the other says, if a number or a name differs, or if neither value's words
    are among the other's.
    """
    if _guarded(content) != _guarded(other_content):
        return False
    words, other_words = set(terms(value)), set(terms(other_value))
    return words <= other_words or other_words <= words


def says_all(message: str, contents: Sequence[str]) -> bool:
    """Return whether facts, by their *contents*, say all that the *message* they come from says."""
    said = set(terms(message)) - _FILLERS
    return bool(said) and said <= {term for content in contents for term in terms(content)}


def _guarded(content: str) -> tuple[bool, list[str], list[str]]:
    """Return what has to be alike: whether it denies, its numbers, its names."""
    plain = content.replace("\u2019", "'")
    return (
        _NEGATION.search(plain) is not None,
        sorted(_NUMBER.findall(plain)),
        sorted(name.casefold() for name in _NAME.findall(plain)),
    )
