"""Preferences: how a user wants to be answered, and how a language model is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Final

#: The longest text that a language model is told, in characters.
LINES_CHARACTERS_MAX: Final = 4000
_CUT: Final = " …"


class ResponseLength(IntEnum):
    """How long answers are to be."""

    UNSPECIFIED = 0
    SHORT = 1
    MEDIUM = 2
    LONG = 3


_LENGTHS: Final = {
    ResponseLength.SHORT: "a sentence or two",
    ResponseLength.MEDIUM: "as long as the question needs",
    ResponseLength.LONG: "in depth, with reasons and examples",
}


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a user said of it; what is empty was not said."""

    response_style: str = ""
    nickname: str = ""
    occupation: str = ""
    custom_instructions: str = ""
    language: str = ""
    tone: str = ""
    response_length: ResponseLength = ResponseLength.UNSPECIFIED
    topics_of_interest: tuple[str, ...] = ()
    #: None before anything was said.
    update_time: datetime | None = None
    #: Counts the changes.
    version: int = 0

    def lines(self) -> str:
        """Return them as lines of plain text, one a preference, "" if there is none.

        A text cannot forge a line: what breaks lines in it becomes a space. What is longer than
        LINES_CHARACTERS_MAX is cut, the longest and last of them, the custom instructions, first.
        """
        told = {
            "Call the user": self.nickname,
            "The user's occupation": self.occupation,
            "Answer in this language": self.language,
            "Tone": self.tone,
            "Style": self.response_style,
            "Length of answers": _LENGTHS.get(self.response_length, ""),
            "The user is interested in": ", ".join(map(_on_one_line, self.topics_of_interest)),
            "The user also asks": self.custom_instructions,
        }
        lines = [f"{label}: {_on_one_line(text)}" for label, text in told.items() if text.strip()]
        return _cut("\n".join(lines), LINES_CHARACTERS_MAX)


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def _cut(text: str, characters_max: int) -> str:
    if len(text) <= characters_max:
        return text
    return text[: characters_max - len(_CUT)] + _CUT
