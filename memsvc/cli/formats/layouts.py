"""Which layout a file is in, told by what it holds, and the parser of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

from memsvc.cli.formats.chatgpt import chatgpt_entries
from memsvc.cli.formats.claude import claude_entries
from memsvc.cli.formats.contract import message_entries, message_entry
from memsvc.cli.formats.entries import Defaults, Entry
from memsvc.cli.formats.locomo import locomo_entries
from memsvc.cli.formats.openai import conversation_entries, openai_entries


class Layout(StrEnum):
    """How a file holds conversations."""

    JSONL = "jsonl"
    OPENAI = "openai"
    CHATGPT = "chatgpt"
    CLAUDE = "claude"
    LOCOMO = "locomo"


#: Layouts that are one JSON document, never one a line.
DOCUMENTS_ONLY: Final = frozenset({Layout.CHATGPT, Layout.CLAUDE, Layout.LOCOMO})

#: What an object of a layout has to hold, the most telling first.
_MARKS: Final[tuple[tuple[frozenset[str], Layout], ...]] = (
    (frozenset({"mapping"}), Layout.CHATGPT),
    (frozenset({"chat_messages"}), Layout.CLAUDE),
    (frozenset({"sample_id", "conversation"}), Layout.LOCOMO),
    (frozenset({"messages"}), Layout.OPENAI),
    # Names that only the contract has: a message of the OpenAI layout names nobody.
    (frozenset({"content", "user_id"}), Layout.JSONL),
    (frozenset({"content", "conversation_id"}), Layout.JSONL),
    (frozenset({"content", "message_id"}), Layout.JSONL),
    (frozenset({"content", "event_time"}), Layout.JSONL),
    (frozenset({"role", "content"}), Layout.OPENAI),
    (frozenset({"content"}), Layout.JSONL),
)
#: How many objects of a list are looked at.
_LOOKED_AT: Final = 20

_PARSERS: Final[Mapping[Layout, Callable[[object, Defaults], Iterator[Entry]]]] = {
    Layout.JSONL: message_entries,
    Layout.OPENAI: openai_entries,
    Layout.CHATGPT: chatgpt_entries,
    Layout.CLAUDE: claude_entries,
    Layout.LOCOMO: locomo_entries,
}


def layout_of(document: object) -> Layout | None:
    """Return the layout of a JSON document, None if it is in none."""
    values = document[:_LOOKED_AT] if isinstance(document, list) else [document]
    for value in values:
        if isinstance(value, dict):
            for marks, layout in _MARKS:
                if marks <= value.keys():
                    return layout
    return None


def is_line(value: Any) -> bool:
    """Tell whether *value* is what a line of a file of JSON lines holds."""
    return layout_of([value]) in {Layout.JSONL, Layout.OPENAI}


def document_entries(layout: Layout, document: object, defaults: Defaults) -> Iterator[Entry]:
    """Yield the entries of a JSON document in *layout*."""
    return _PARSERS[layout](document, defaults)


def line_entries(
    layout: Layout | None, number: int, value: Any, defaults: Defaults
) -> Iterator[Entry]:
    """Yield the entries of line *number*: those of a conversation, or a single message."""
    conversation = isinstance(value, dict) and "messages" in value
    if layout is Layout.OPENAI or (layout is None and conversation):
        yield from conversation_entries(f"line {number}", value, defaults)
    else:
        yield message_entry(f"line {number}", number, value, defaults)
