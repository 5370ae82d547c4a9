"""The caller's own data: bounded, and the same after a round trip."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, cast

from google.protobuf import json_format, struct_pb2

from memsvc.core.model import JsonValue

KEYS_MAX: Final = 50
DEPTH_MAX: Final = 4
KEY_CHARACTERS_MAX: Final = 64
STRING_CHARACTERS_MAX: Final = 2048
BYTES_MAX: Final = 32 * 1024


def value_of(message: struct_pb2.Value) -> JsonValue:
    """Return the JSON value of *message*; a number without a fraction is an int."""
    return _whole(cast("JsonValue", json_format.MessageToDict(message)))


def metadata_of(message: struct_pb2.Struct) -> dict[str, JsonValue]:
    """Return *message* as JSON values; numbers without a fraction are ints."""
    return cast("dict[str, JsonValue]", _whole(json_format.MessageToDict(message)))


def _whole(value: JsonValue) -> JsonValue:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return value


def violations(message: struct_pb2.Struct, path: str) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with *message*, which stands at *path* in the request."""
    if message.ByteSize() > BYTES_MAX:
        yield path, f"must be at most {BYTES_MAX} bytes"
        return
    yield from _struct_violations(message, path, 1)


def _struct_violations(
    message: struct_pb2.Struct, path: str, depth: int
) -> Iterator[tuple[str, str]]:
    if depth > DEPTH_MAX:
        yield path, f"must be at most {DEPTH_MAX} levels deep"
        return
    if len(message.fields) > KEYS_MAX:
        yield path, f"must have at most {KEYS_MAX} keys"
    for key in message.fields:
        if not 1 <= len(key) <= KEY_CHARACTERS_MAX:
            yield path, f"keys must be 1 to {KEY_CHARACTERS_MAX} characters long"
        else:
            yield from _value_violations(message.fields[key], f"{path}.{key}", depth)


def _value_violations(value: struct_pb2.Value, path: str, depth: int) -> Iterator[tuple[str, str]]:
    match value.WhichOneof("kind"):
        case "string_value" if len(value.string_value) > STRING_CHARACTERS_MAX:
            yield path, f"must be at most {STRING_CHARACTERS_MAX} characters"
        case "number_value" if value.number_value - value.number_value != 0:
            yield path, "must be a finite number"
        case "struct_value":
            yield from _struct_violations(value.struct_value, path, depth + 1)
        case "list_value":
            if depth >= DEPTH_MAX:
                yield path, f"must be at most {DEPTH_MAX} levels deep"
                return
            for index, item in enumerate(value.list_value.values):
                yield from _value_violations(item, f"{path}[{index}]", depth + 1)
        case None:
            yield path, "must have a value"
