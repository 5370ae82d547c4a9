r"""A conversation as Markdown, in which nothing that was said can pass for anything else.

Each text is a quotation, line by line, with every character escaped that Markdown could read: what is a heading, a
speaker or a rule in the record was put there by the record.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from memsvc.core.conversations import Conversation
from memsvc.core.hidden_characters import BIDI_OVERRIDES
from memsvc.core.model import Memory, Role

#: What ends a line for anybody who reads the record.
_LINE_END: Final = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
#: What means something in Markdown wherever it stands, and what does at the beginning of a line; a backslash makes
#: plain text of it.
_MARKUP: Final = re.compile(r"[\\`*_{}\[\]<>#|~&$^]")
_OPENING: Final = re.compile(r"^(\u00a0*)([-+=:]|\d+(?=[.)]))")
_INDENT: Final = re.compile(r"^[ \t]+")
#: They make a line read differently from what it says; control characters are of no use either.
_UNREADABLE: Final = re.compile(rf"[\x00-\x08\x0e-\x1f\x7f-\x9f{BIDI_OVERRIDES}\u2066-\u2069]")
_NO_BREAK_SPACE: Final = "\u00a0"
_TITLE_OF_NONE: Final = "Conversation"


def escaped(text: str) -> str:
    """Return a line of *text* that Markdown shows as it stands."""
    readable = _UNREADABLE.sub("", text)
    kept = _INDENT.sub(lambda m: m.group().expandtabs(4).replace(" ", _NO_BREAK_SPACE), readable)
    plain = _MARKUP.sub(lambda match: "\\" + match.group(), kept.rstrip())
    return _OPENING.sub(_opened, plain)


def _opened(match: re.Match[str]) -> str:
    before, sign = match.groups()
    # "1. " begins a list, "1\\. " does not.
    return f"{before}{sign}\\" if sign[0].isdigit() else f"{before}\\{sign}"


def one_line(text: str) -> str:
    """Return *text*, however many lines it has, as one that Markdown shows as it stands."""
    return escaped(" ".join(_LINE_END.sub("\n", text).split()))


def quoted(text: str) -> str:
    """Return *text* as a quotation that keeps its lines."""
    lines = [escaped(line) for line in _LINE_END.sub("\n", text).split("\n")]
    last = len(lines) - 1
    # A backslash at the end of a line breaks it; an empty one needs none, but stays inside the quotation.
    return "\n".join(
        f"> {line}\\" if line and place < last and lines[place + 1] else f"> {line}".rstrip()
        for place, line in enumerate(lines)
    )


def heading(conversation: Conversation) -> str:
    """Return what stands before the first message."""
    title = one_line(conversation.title) or _TITLE_OF_NONE
    count = conversation.message_count
    lines = [
        f"# {title}",
        "",
        f"- Conversation: {one_line(conversation.conversation_id)}",
        f"- Began: {_time(conversation.create_time)}",
        f"- Last changed: {_time(conversation.update_time)}",
        f"- Messages: {count}",
    ]
    if conversation.archive_time is not None:
        lines.append(f"- Archived: {_time(conversation.archive_time)}")
    return "\n".join(lines) + "\n"


def entry(message: Memory) -> str:
    """Return a message with its speaker and time."""
    role = (message.role or Role.USER).name.lower()
    author = one_line(message.author)
    speaker = f"{author} ({role})" if author else role
    when = _time(message.valid_from_time)
    return f"\n## {speaker}, {when}\n\n{quoted(message.content)}\n"


def _time(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
