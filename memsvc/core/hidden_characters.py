"""Characters that nobody sees: what they are, and a text without them."""

from __future__ import annotations

import re
from typing import Final

#: Overrides and embeddings of the direction, which make a text read differently from what it says.
BIDI_OVERRIDES: Final = "\u202a-\u202e"
#: Isolates and marks of the direction, which Arabic and Hebrew need.
BIDI_MARKS: Final = "\u200e\u200f\u061c\u2066-\u2069"
#: No width: joiners, breaks, a byte order mark, soft hyphens, fillers, variation selectors.
ZERO_WIDTH: Final = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065"
    "\u206a-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
)
#: A copy of ASCII that nothing shows, and further variation selectors.
TAGS: Final = "\U000e0000-\U000e0fff"

_HIDDEN: Final = re.compile(f"[{BIDI_OVERRIDES}{BIDI_MARKS}{ZERO_WIDTH}{TAGS}]+")


def visible(text: str) -> str:
    """Return *text* without the characters that nobody sees."""
    return text if text.isascii() else _HIDDEN.sub("", text)
