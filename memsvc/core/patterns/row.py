"""The form of a pattern: what is said, and what fact it tells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from memsvc.core.model import TemporalState
from memsvc.core.patterns.shapes import Shape

#: How sure a fact is that is told outright, and one that is told in passing.
SURE: Final = 0.95
LIKELY: Final = 0.85

_PARTS: Final = {
    "<I>": "i",
    "<WE>": "(?:i|we)",
    "<AM>": "(?:i'?m|i am)",
    "<ARE>": "(?:i'?m|i am|i are|we're|we are)",
    "<HAVE>": "(?:i'?ve|i have|we've|we have)",
    "<OFTEN>": (
        "(?:(?:currently|now|still|actually|just|really|also|already|recently|finally|always|usually|absolutely|"
        "truly|both|all|mostly|mainly|often|officially|originally|formerly|previously|only|quite|totally|"
        "generally|definitely|very much|have|happily|do|temporarily|proudly|since|then|even|genuinely) ){0,3}"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A pattern, and the fact that it tells.

    Templates may hold {who} ("The user"), {whose}, {value}, {phrase} (the value with its article), {a} (the article it
    would have), {verb}
    (the group of that name in the third person), {rest} and the pattern's other groups.
    """

    name: str
    slot: str
    #: A regular expression for the start of a clause; <I>, <WE>, <AM>, <ARE>, <HAVE> and <OFTEN> stand
    #: for their forms, and case counts for nothing. What the value is stands in the group "value", or
    #: follows.
    pattern: str
    #: The template of the sentence.
    content: str
    #: How the value is read.
    shape: Shape = Shape.TOLD
    state: TemporalState = TemporalState.CURRENT
    confidence: float = SURE
    #: The fact says that the value holds no longer.
    ends: bool = False
    #: A time that the clause names is when it began; else the time's words belong to the value.
    dated: bool = True
    #: It changes every year: told of a time longer ago, it says nothing about today.
    yearly: bool = False
    #: A list of values is a fact for each.
    several: bool = False
    #: What the values are, or hold, in small letters; empty for any.
    words: frozenset[str] = frozenset()
    #: The template of the value, if it is not as it was said.
    value: str = "{value}"
    #: The clause as it was said has to hold this, and must not hold that: regular expressions.
    needs: str = ""
    unless: str = ""
    #: It may stand anywhere in the clause.
    anywhere: bool = False
    #: The template that is used if what follows the value is a plain statement about it.
    story: str = ""
    #: It counts only if the clause says again and again when ("every Monday").
    recurs: bool = False
    #: It counts only if no other pattern does.
    last_resort: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """A row, ready for use."""

    row: Row
    says: re.Pattern[str]
    needs: re.Pattern[str] | None
    unless: re.Pattern[str] | None


def compiled(row: Row) -> Pattern:
    """Return *row* with its regular expressions compiled."""
    text = row.pattern
    for part, meaning in _PARTS.items():
        text = text.replace(part, meaning)
    return Pattern(
        row,
        re.compile(text, re.IGNORECASE),
        re.compile(row.needs, re.IGNORECASE) if row.needs else None,
        re.compile(row.unless, re.IGNORECASE) if row.unless else None,
    )
