"""The export of ChatGPT: conversations as trees of messages, of which the user sees one branch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from memsvc.cli.formats.entries import (
    LAYOUT_ERRORS,
    Defaults,
    Entry,
    Fault,
    LeftOut,
    entry_of,
    reason_of,
    role_of,
    texts_of,
)
from memsvc.v1.memory_pb2 import Message

#: Contents that are texts; others are code that was run, pages that were read, thoughts.
_KINDS: Final = frozenset({"text", "multimodal_text"})
_TEXTS: Final = frozenset({"text", "audio_transcription"})


def chatgpt_entries(document: object, defaults: Defaults) -> Iterator[Entry]:
    """Yield the entries of a list of conversations, or of a single one."""
    conversations = document if isinstance(document, list) else [document]
    for number, conversation in enumerate(conversations, 1):
        place = f"conversation {number}"
        try:
            branch = _branch(conversation)
            conversation_id = _conversation_id(conversation, defaults)
            spoken = datetime_of(conversation.get("create_time"))
        except LAYOUT_ERRORS as error:
            yield Fault(place, reason_of(error))
            continue
        for node in branch:
            where = f"{place}, message {node['id']}"
            try:
                # A message without a time was said no earlier than the one before.
                spoken = datetime_of(node.get("create_time")) or spoken
                message = _message(node, spoken)
            except LAYOUT_ERRORS as error:
                yield Fault(where, reason_of(error))
                continue
            if message is None:
                yield LeftOut(where)
            else:
                message.conversation_id = conversation_id
                yield entry_of(where, node["id"], message, defaults)


def datetime_of(seconds: object) -> datetime | None:
    """Return the time that many *seconds* after 1970, None without a number."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError) as error:
        message = f"{seconds} is no time"
        raise ValueError(message) from error


def _conversation_id(conversation: Mapping[str, Any], defaults: Defaults) -> str:
    given = conversation.get("conversation_id") or conversation.get("id")
    return str(given or defaults.conversation(sorted(conversation["mapping"])))


def _branch(conversation: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the messages that lead to the current one; all of them if there is none."""
    mapping: Mapping[str, Any] = conversation["mapping"]
    # The names are kept in the order of their coming, and none comes twice: a damaged tree may go
    # round in a circle.
    upwards: dict[Any, None] = {}
    name: Any = conversation.get("current_node")
    while name in mapping and name not in upwards:
        upwards[name] = None
        name = mapping[name].get("parent")
    messages = [
        {**message, "id": str(message.get("id") or name)}
        for name in (reversed(upwards) if upwards else mapping)
        if (message := mapping[name].get("message"))
    ]
    return messages if upwards else sorted(messages, key=lambda m: m.get("create_time") or 0)


def _message(node: Mapping[str, Any], spoken: datetime | None) -> Message | None:
    """Return the message, None for what the user never saw or what is no text."""
    content = node["content"]
    author = node["author"]
    if _hidden(node) or content.get("content_type") not in _KINDS:
        return None
    text = texts_of(content.get("parts", []), _TEXTS)
    if not text.strip():
        return None
    return Message(
        message_id=node["id"],
        role=role_of(author["role"]),
        author=author.get("name") or "",
        content=text,
        event_time=spoken,
    )


def _hidden(node: Mapping[str, Any]) -> bool:
    metadata = node.get("metadata") or {}
    # What is addressed to a tool is not said to the user.
    return bool(metadata.get("is_visually_hidden_from_conversation")) or (
        node.get("recipient") not in {None, "all"}
    )
