"""A title for a conversation, of the words that it begins with."""

from __future__ import annotations

import re
from typing import Final

TITLE_CHARACTERS_MAX: Final = 60
_SPACE: Final = re.compile(r"\s+")
_SENTENCE_END: Final = re.compile(r"(?<=[.!?。！？])\s")
_WRAPPING: Final = " \t\"'“”‘’«»*_#`"


def title_of(message: str) -> str:
    """Return the first sentence of *message*, cut between words where it is long; "" if there is none."""
    lines = [line for line in message.splitlines() if not line.lstrip().startswith("@")]
    text = _SPACE.sub(" ", " ".join(lines)).strip()
    return shortened(_SENTENCE_END.split(text, 1)[0])


def tidied(reply: str) -> str:
    """Return a title as a model wrote it, without quotation marks, headings and all lines but the first."""
    first = next((line for line in reply.splitlines() if line.strip(_WRAPPING)), "")
    text = _SPACE.sub(" ", first).strip(_WRAPPING).removeprefix("Title:").strip(_WRAPPING)
    return shortened(text.rstrip("."))


def shortened(text: str) -> str:
    """Return *text* cut to TITLE_CHARACTERS_MAX, between words where there are any."""
    if len(text) <= TITLE_CHARACTERS_MAX:
        return text
    cut = text[: TITLE_CHARACTERS_MAX - 1]
    words = cut.rpartition(" ")[0]
    return f"{(words if len(words) > TITLE_CHARACTERS_MAX // 2 else cut).rstrip(' ,;:')}…"
