"""Message lists as OpenAI's interfaces and fine-tuning files have them: a role and a content."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from memsvc.cli.formats.entries import (
    LAYOUT_ERRORS,
    Defaults,
    Entry,
    Fault,
    digest_of,
    entry_of,
    reason_of,
    role_of,
    texts_of,
)
from memsvc.v1.memory_pb2 import Message

_TEXTS: Final = frozenset({"text", "input_text", "output_text"})


def openai_entries(document: object, defaults: Defaults) -> Iterator[Entry]:
    """Yield the entries of a list of messages, of {"messages": [...]}, or of a list of those."""
    if isinstance(document, list) and any(_holds_messages(item) for item in document):
        for number, item in enumerate(document, 1):
            yield from conversation_entries(f"conversation {number}", item, defaults)
        return
    messages = document.get("messages") if isinstance(document, dict) else document
    if not isinstance(messages, list):
        yield Fault("the file", "it holds no list of messages")
        return
    for index, value in enumerate(messages, 1):
        yield _entry(f"message {index}", index, value, (defaults.conversation(), defaults))


def conversation_entries(place: str, value: object, defaults: Defaults) -> Iterator[Entry]:
    """Yield the entries of {"messages": [...]}, one conversation of several.

    It is named after what it holds, not after its place: it stays itself when others come before
    or after it.
    """
    messages = value.get("messages") if isinstance(value, dict) else None
    if not isinstance(messages, list):
        yield Fault(place, "it holds no list of messages")
        return
    digest = digest_of(messages)
    conversation_id = defaults.conversation(messages)
    for index, item in enumerate(messages, 1):
        # The digest keeps apart what several conversations begin with, should they become one.
        position = [digest, index]
        yield _entry(f"{place}, message {index}", position, item, (conversation_id, defaults))


def _holds_messages(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("messages"), list)


def _entry(place: str, position: object, value: Any, belonging: tuple[str, Defaults]) -> Entry:
    conversation_id, defaults = belonging
    try:
        message = Message(
            role=role_of(value["role"]),
            content=_content_of(value.get("content")),
            author=value.get("name") or "",
            conversation_id=conversation_id,
        )
    except LAYOUT_ERRORS as error:
        return Fault(place, reason_of(error))
    return entry_of(place, position, message, defaults)


def _content_of(content: object) -> str:
    """Return the text of *content*, "" where a message only calls tools."""
    if content is None:
        return ""
    return content if isinstance(content, str) else texts_of(content, _TEXTS)
