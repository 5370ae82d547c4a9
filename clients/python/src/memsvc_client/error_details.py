"""The details of an error, read without the googleapis package.

A rich error is a google.rpc.Status in the trailer `grpc-status-details-bin`. Its handful of message
types is described here once more, under names of our own in a pool of our own: a package that
installs `google.rpc` can then neither be missing nor be in conflict.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

TRAILER: Final = "grpc-status-details-bin"
#: The domain of the server's ErrorInfo; others come from proxies in between.
DOMAIN: Final = "memsvc.dev"

#: The metadata that ends a call.
Trailers = Iterable[tuple[str, str | bytes]]

_PACKAGE: Final = "memsvc_client.error_details"
#: Message to its fields, in the order of their numbers from 1. A map is a list of entries.
_SHAPES: Final[dict[str, dict[str, str]]] = {
    "Status": {"code": "int32", "message": "string", "details": "repeated Any"},
    "Any": {"type_url": "string", "value": "bytes"},
    "ErrorInfo": {"reason": "string", "domain": "string", "metadata": "repeated Entry"},
    "Entry": {"key": "string", "value": "string"},
    "BadRequest": {"field_violations": "repeated FieldViolation"},
    "FieldViolation": {"field": "string", "description": "string"},
    "RetryInfo": {"retry_delay": "Duration"},
    "Duration": {"seconds": "int64", "nanos": "int32"},
    "RequestInfo": {"request_id": "string"},
}


def _file() -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(
        name="memsvc_client/error_details.proto", package=_PACKAGE, syntax="proto3"
    )
    for name, fields in _SHAPES.items():
        message = file.message_type.add(name=name)
        for number, (key, shape) in enumerate(fields.items(), start=1):
            kind = shape.removeprefix("repeated ")
            label = "LABEL_OPTIONAL" if kind == shape else "LABEL_REPEATED"
            added = message.field.add(
                name=key,
                number=number,
                label=descriptor_pb2.FieldDescriptorProto.Label.Value(label),
            )
            if kind in _SHAPES:
                added.type = descriptor_pb2.FieldDescriptorProto.TYPE_MESSAGE
                added.type_name = f".{_PACKAGE}.{kind}"
            else:
                added.type = descriptor_pb2.FieldDescriptorProto.Type.Value(f"TYPE_{kind.upper()}")
    return file


_pool = descriptor_pool.DescriptorPool()
_pool.AddSerializedFile(_file().SerializeToString())
_classes: Final[dict[str, Any]] = {
    name: message_factory.GetMessageClass(_pool.FindMessageTypeByName(f"{_PACKAGE}.{name}"))
    for name in _SHAPES
}


@dataclass(frozen=True)
class ErrorDetails:
    """What the server says about an error besides its status and its text."""

    #: The ErrorReason without its prefix, for example "MEMORY_NOT_FOUND"; empty if there is none.
    reason: str = ""
    #: Further facts by name: "error_id", "field" and others.
    metadata: dict[str, str] = field(default_factory=dict)
    #: Pairs of a field's path and what is wrong with it.
    field_violations: list[tuple[str, str]] = field(default_factory=list)
    #: In how many seconds to come back; None if the server does not say.
    retry_after: float | None = None
    #: The request that failed, as the server's log names it; empty if unknown.
    request_id: str = ""


def read_details(trailers: Trailers) -> ErrorDetails:
    """Return the details in the *trailers* of a call; what cannot be read counts as absent."""
    # One by one: before 1.75, what grpc.aio gives is not a mapping, and dict() takes it for one.
    values = {key: value for key, value in trailers}  # ruff: ignore[unnecessary-comprehension]
    request_id = values.get("x-request-id", "")
    request_id = request_id if isinstance(request_id, str) else ""
    packed = values.get(TRAILER)
    try:
        found = _unpack(packed) if isinstance(packed, bytes) else {}
    except DecodeError:
        found = {}
    info, call = found.get("ErrorInfo"), found.get("RequestInfo")
    if info is not None and info.domain != DOMAIN:
        info = None
    bad, retry = found.get("BadRequest"), found.get("RetryInfo")
    return ErrorDetails(
        reason=info.reason if info is not None else "",
        metadata={entry.key: entry.value for entry in info.metadata} if info is not None else {},
        field_violations=[
            (violation.field, violation.description)
            for violation in (bad.field_violations if bad is not None else ())
        ],
        retry_after=_seconds(retry.retry_delay) if retry is not None else None,
        request_id=call.request_id if call is not None else request_id,
    )


def _seconds(duration: Any) -> float:
    seconds: float = duration.seconds + duration.nanos / 1e9
    return seconds


def _unpack(packed: bytes) -> dict[str, Any]:
    """Return the details in a serialized Status by the names of their types."""
    found = {}
    for detail in _classes["Status"].FromString(packed).details:
        name = detail.type_url.rpartition("/google.rpc.")[2]
        if name in _classes:
            found[name] = _classes[name].FromString(detail.value)
    return found
