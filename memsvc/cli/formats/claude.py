"""The export of Claude: conversations as lists of messages of a human and an assistant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from google.protobuf.timestamp_pb2 import Timestamp

from memsvc.cli.formats.entries import (
    LAYOUT_ERRORS,
    Defaults,
    Entry,
    Fault,
    entry_of,
    reason_of,
    role_of,
    texts_of,
)
from memsvc.v1.memory_pb2 import Message

_TEXTS: Final = frozenset({"text"})


def claude_entries(document: object, defaults: Defaults) -> Iterator[Entry]:
    """Yield the entries of a list of conversations, or of a single one."""
    conversations = document if isinstance(document, list) else [document]
    for number, conversation in enumerate(conversations, 1):
        place = f"conversation {number}"
        try:
            conversation_id = str(conversation["uuid"])
            messages = list(conversation["chat_messages"])
        except LAYOUT_ERRORS as error:
            yield Fault(place, reason_of(error))
            continue
        for index, value in enumerate(messages, 1):
            where = f"{place}, message {index}"
            try:
                message = _message(value, conversation)
                message.conversation_id = conversation_id
            except LAYOUT_ERRORS as error:
                yield Fault(where, reason_of(error))
                continue
            yield entry_of(where, index, message, defaults)


def _message(value: Mapping[str, Any], conversation: Mapping[str, Any]) -> Message:
    message = Message(
        message_id=value.get("uuid") or "", role=role_of(value["sender"]), content=_content(value)
    )
    if spoken := value.get("created_at") or conversation.get("created_at"):
        message.event_time.CopyFrom(_time(spoken))
    return message


def _content(value: Mapping[str, Any]) -> str:
    # The blocks go first: beside them, `text` also says which blocks it cannot show.
    return texts_of(value.get("content") or [], _TEXTS) or value.get("text") or ""


def _time(text: str) -> Timestamp:
    time = Timestamp()
    time.FromJsonString(text)
    return time
