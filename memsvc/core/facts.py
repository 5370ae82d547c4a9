"""What is drawn from a message: facts, before they are stored."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from memsvc.core.model import TemporalState

#: The groups that a fact may belong to.
CATEGORIES: Final = frozenset({
    "identity",
    "location",
    "work",
    "education",
    "family",
    "relationship",
    "health",
    "preference",
    "hobby",
    "skill",
    "possession",
    "plan",
    "project",
    "experience",
    "other",
})
#: A less certain fact is not kept. From Mémoire.
CONFIDENCE_MIN: Final = 0.5
#: What one message yields at most, and how long a fact, a slot and a value are, in UTF-8 bytes.
FACTS_MAX: Final = 64
CONTENT_BYTES_MAX: Final = 2048
SLOT_BYTES_MAX: Final = 64
VALUE_BYTES_MAX: Final = 256

_NOT_WORD: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class ExtractedFact:
    """One atomic statement, drawn from one message."""

    #: A sentence in the third person: "The user lives in Boston."
    content: str
    #: One of CATEGORIES.
    category: str
    #: The attribute that it gives a value to, such as "location"; "" for none.
    slot: str
    #: The value of the slot as it was said, such as "Boston"; "" if the text does not set it apart.
    value: str
    temporal_state: TemporalState
    #: 0 to 1.
    confidence: float
    #: Since when it is so, where the text tells; None for since it was said.
    event_time: datetime | None = None
    #: It says that the value holds no longer ("I no longer live in Boston").
    ends: bool = False
    #: What the write guard and the masking found in it, besides what they found in the message.
    flags: tuple[str, ...] = ()


def normalised(text: str) -> str:
    """Return what two texts share that say the same: case, accents' form and punctuation aside."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _NOT_WORD.sub(" ", folded).strip() or folded.strip()


def fits(text: str, bytes_max: int) -> bool:
    """Return whether *text* can be stored in *bytes_max* bytes."""
    return "\0" not in text and len(text.encode("utf-8", "surrogatepass")) <= bytes_max
