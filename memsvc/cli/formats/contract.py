"""One message an object, with the field names of the contract."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from google.protobuf import json_format

from memsvc.cli.formats.entries import Defaults, Entry, Fault, entry_of, reason_of, role_of
from memsvc.v1.memory_pb2 import Message

#: Fields of the request that stand beside the message's own.
_SCOPE: Final = ("project_id", "agent_id")
#: What only the server can say; it is there in what the server was asked for.
_OUTPUT_ONLY: Final = ("create_time", "update_time")


def message_entry(place: str, position: object, value: object, defaults: Defaults) -> Entry:
    """Return the entry for the object *value*."""
    if not isinstance(value, dict):
        return Fault(place, "it is not an object")
    fields = {name: item for name, item in value.items() if name not in _OUTPUT_ONLY}
    try:
        scope = {name: _text(name, fields.pop(name, None)) for name in _SCOPE}
        if isinstance(fields.get("role"), str):
            fields["role"] = role_of(fields["role"])
        message = json_format.ParseDict(fields, Message())
    except (json_format.ParseError, TypeError, ValueError) as error:
        return Fault(place, reason_of(error))
    return entry_of(place, position, message, defaults, **scope)


def message_entries(document: object, defaults: Defaults) -> Iterator[Entry]:
    """Yield the entries of a list of such objects, or of a single one."""
    values = document if isinstance(document, list) else [document]
    for place, value in enumerate(values, 1):
        yield message_entry(f"message {place}", place, value, defaults)


def _text(name: str, value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    message = f"its {name} is not a text"
    raise TypeError(message)
