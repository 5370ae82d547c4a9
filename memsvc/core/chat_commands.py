"""Commands that a user may write into a message: `@memory …` and `@search …`, each on a line of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

#: The end of a line is tidied afterwards: looking for it here would take the square of a line of spaces.
_COMMAND: Final = re.compile(
    r"^[ \t]*@(memory|search)[ \t]+(\S[^\n]*)", re.MULTILINE | re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Commands:
    """What a message asks for besides an answer; "" for nothing."""

    memory_query: str = ""
    web_search: str = ""


def commands_of(message: str) -> Commands:
    """Return the first command of each kind."""
    found: dict[str, str] = {}
    for name, words in _COMMAND.findall(message):
        found.setdefault(name.lower(), words.rstrip())
    return Commands(found.get("memory", ""), found.get("search", ""))
