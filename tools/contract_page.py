"""Write the contract as a page for people, out of the comments in its files.

Usage: contract_page.py DESCRIPTORS PAGE, where DESCRIPTORS is a FileDescriptorSet with comments.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from google.api import annotations_pb2, field_behavior_pb2
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    ServiceDescriptorProto,
)

PACKAGE: Final = "memsvc.v1"
HEAD: Final = """# The contract

Made from the comments in `proto/memsvc/v1` by `make proto`; do not edit. How it may change:
[compatibility.md](compatibility.md).

"""
#: Where a descriptor keeps its parts: the field numbers of descriptor.proto, by which comments are found.
MESSAGE, ENUM, SERVICE = 4, 5, 6
FIELD, NESTED, NESTED_ENUM, VALUE, METHOD = 2, 3, 4, 2, 2
BEHAVIOURS: Final = {
    field_behavior_pb2.REQUIRED: "required",
    field_behavior_pb2.OUTPUT_ONLY: "output only",
    field_behavior_pb2.INPUT_ONLY: "input only",
}


class Page:
    """The lines of the page for one file of the contract."""

    def __init__(self, file: FileDescriptorProto) -> None:
        """Find the comments of *file*."""
        self._file = file
        self._comments = {
            tuple(place.path): " ".join(place.leading_comments.split())
            for place in file.source_code_info.location
        }

    def lines(self) -> Iterator[str]:
        """Yield services, then messages, then enums."""
        for i, service in enumerate(self._file.service):
            yield from self._service(service, (SERVICE, i))
        for i, message in enumerate(self._file.message_type):
            yield from self._message(message, (MESSAGE, i), message.name)
        for i, enum in enumerate(self._file.enum_type):
            yield from self._enum(enum, (ENUM, i), enum.name)

    def _service(self, service: ServiceDescriptorProto, path: tuple[int, ...]) -> Iterator[str]:
        yield f"## {service.name}\n\n{self._comments[path]}\n\n"
        yield "| RPC | Request | Response | HTTP | |\n|---|---|---|---|---|\n"
        for i, method in enumerate(service.method):
            request = _stream(method.client_streaming) + _link(method.input_type)
            response = _stream(method.server_streaming) + _link(method.output_type)
            comment = self._comments[*path, METHOD, i]
            http = _http(method.options.Extensions[annotations_pb2.http])
            yield f"| **{method.name}** | {request} | {response} | `{http}` | {comment} |\n"
        yield "\n"

    def _message(self, message: DescriptorProto, path: tuple[int, ...], name: str) -> Iterator[str]:
        yield f"### {name}\n\n{self._comments[path]}\n\n"
        if message.field:
            yield "| # | Field | Type | |\n|---|---|---|---|\n"
        for i, field in enumerate(message.field):
            comment = self._comments[*path, FIELD, i]
            notes = [BEHAVIOURS[b] for b in _behaviours(field) if b in BEHAVIOURS]
            if field.HasField("oneof_index") and not field.proto3_optional:
                notes.append(f"one of {message.oneof_decl[field.oneof_index].name}")
            noted = f" *{', '.join(notes)}*" if notes else ""
            yield f"| {field.number} | `{field.name}` | {_type(field)} | {comment}{noted} |\n"
        yield "\n"
        for i, nested in enumerate(message.nested_type):
            if not nested.options.map_entry:
                yield from self._message(nested, (*path, NESTED, i), f"{name}.{nested.name}")
        for i, enum in enumerate(message.enum_type):
            yield from self._enum(enum, (*path, NESTED_ENUM, i), f"{name}.{enum.name}")

    def _enum(self, enum: EnumDescriptorProto, path: tuple[int, ...], name: str) -> Iterator[str]:
        yield f"### {name}\n\n{self._comments[path]}\n\n| # | Value | |\n|---|---|---|\n"
        for i, value in enumerate(enum.value):
            yield f"| {value.number} | `{value.name}` | {self._comments[*path, VALUE, i]} |\n"
        yield "\n"


def _stream(streams: bool) -> str:  # ruff: ignore[boolean-type-hint-positional-argument] - a descriptor's own flag
    return "stream of " if streams else ""


def _behaviours(field: FieldDescriptorProto) -> Any:
    return field.options.Extensions[field_behavior_pb2.field_behavior]


def _type(field: FieldDescriptorProto) -> str:
    kind = FieldDescriptorProto.Type.Name(field.type).removeprefix("TYPE_").lower()
    shown = _link(field.type_name) if field.type_name else kind
    if field.label == FieldDescriptorProto.LABEL_REPEATED:
        return f"repeated {shown}"
    return f"optional {shown}" if field.proto3_optional else shown


def _link(type_name: str) -> str:
    name = type_name.removeprefix(".")
    if not name.startswith(f"{PACKAGE}."):
        return name
    short = name.removeprefix(f"{PACKAGE}.")
    return f"[{short}](#{short.replace('.', '').lower()})"


def _http(rule: Any) -> str:
    verb = rule.WhichOneof("pattern")
    return f"{verb.upper()} {getattr(rule, verb)}"


def main() -> None:
    """Write the page."""
    source, target = sys.argv[1:]
    files = FileDescriptorSet.FromString(Path(source).read_bytes()).file
    ours = [file for file in files if file.package == PACKAGE]
    ours.sort(key=lambda file: (not file.service, file.name != "memsvc/v1/memory_service.proto"))
    text = HEAD + "".join("".join(Page(file).lines()) for file in ours)
    Path(target).write_text(text.rstrip("\n") + "\n", "utf-8")


if __name__ == "__main__":
    main()
