"""Callers that are bound to one user: whatever a request says of a user has to be that one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from memsvc.core.errors import UserNotFound

_USER: Final = "user_id"
#: Where an empty user_id is filled in: in the request itself, and in what it changes.
_FILLED_WITHIN: Final = ("memory", "conversation", "persona")
_PACKAGE: Final = "memsvc.v1"


def bind(request: Message, user_id: str) -> None:
    """Fill *user_id* in where the request names nobody; raise UserNotFound where it names another one.

    Other users are as if they never were: nobody learns which ones there are.
    """
    _require_own(request, user_id, "")
    _fill(request, user_id)
    fields = request.DESCRIPTOR.fields_by_name
    for name in _FILLED_WITHIN:
        if name in fields and fields[name].message_type is not None:
            _fill(getattr(request, name), user_id)


def _fill(message: Message, user_id: str) -> None:
    if _USER in message.DESCRIPTOR.fields_by_name:
        setattr(message, _USER, user_id)


def _require_own(message: Message, user_id: str, path: str) -> None:
    for field in _leading_to_users(message.DESCRIPTOR):
        value = getattr(message, field.name)
        if field.name == _USER:
            if value not in {"", user_id}:
                raise UserNotFound(field=f"{path}{_USER}")
            continue
        for place, inner in _messages(field, message, value):
            _require_own(inner, user_id, f"{path}{place}.")


def _messages(
    field: FieldDescriptor, message: Message, value: Any
) -> Iterable[tuple[str, Message]]:
    if field.is_repeated:
        return [(f"{field.name}[{index}]", inner) for index, inner in enumerate(value)]
    return [(field.name, value)] if message.HasField(field.name) else []


@cache
def _leading_to_users(kind: Descriptor) -> tuple[FieldDescriptor, ...]:
    """Return the fields of a message that say of a user, or hold messages that do."""
    return tuple(field for field in kind.fields if _leads(field, frozenset({kind})))


def _leads(field: FieldDescriptor, above: frozenset[Descriptor]) -> bool:
    if field.name == _USER and field.type == FieldDescriptor.TYPE_STRING:
        return True
    inner = field.message_type
    if inner is None or inner.file.package != _PACKAGE or inner in above:
        return False
    if inner.GetOptions().map_entry:
        return False
    return any(_leads(each, above | {inner}) for each in inner.fields)
