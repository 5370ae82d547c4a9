"""Whether a request keeps the contract's rules.

The rules stand in the protocol definitions. The generated code is stripped of them, so requests are
read a second time with the annotated definitions, in a pool of their own, and judged there.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources

import protovalidate
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from memsvc.core.errors import InvalidFields, NulByte

_PACKAGE = "memsvc.v1"


class RequestValidator:
    """Judges requests by the rules of the contract."""

    def __init__(self) -> None:
        """Load the annotated definitions and compile the rules of every request."""
        files = descriptor_pb2.FileDescriptorSet.FromString(
            resources.files(__package__).joinpath("schema.binpb").read_bytes()
        )
        pool = descriptor_pool.DescriptorPool()
        for file in files.file:
            pool.Add(file)
        self._validator = protovalidate.Validator()
        self._annotated = {
            f"{file.package}.{message.name}": message_factory.GetMessageClass(
                pool.FindMessageTypeByName(f"{file.package}.{message.name}")
            )
            for file in files.file
            if file.package == _PACKAGE
            for message in file.message_type
            if message.name.endswith("Request")
        }
        for annotated in self._annotated.values():
            self._validator.collect_violations(annotated())  # compiled on first use: 10 ms each

    def check(self, request: Message, data: bytes) -> None:
        """Raise InvalidFields or NulByte if the *request*, whose wire form is *data*, breaks a rule."""
        if b"\0" in data:  # also true of some numbers, so look closer
            for path in _strings_with_nul(request):
                raise NulByte(field=path)
        annotated = self._annotated[request.DESCRIPTOR.full_name].FromString(data)
        found = self._validator.collect_violations(annotated)
        if found:
            raise InvalidFields([(_path(v.proto.field), v.proto.message) for v in found])


def _path(field: protovalidate.FieldPathPb | None) -> str:
    """Return a path such as messages[0].content."""
    return ".".join(
        element.field_name + (f"[{element.subscript.value}]" if element.subscript else "")
        for element in (field.elements if field else ())
    )


def _strings_with_nul(message: Message) -> Iterator[str]:
    """Yield the paths of the strings in *message* that hold U+0000."""
    for field, value in message.ListFields():
        for key, item in _items(field, value):
            path = f"{field.name}{key}"
            if "\0" in key or (isinstance(item, str) and "\0" in item):
                yield field.name if "\0" in key else path
            elif isinstance(item, Message):
                for inner in _strings_with_nul(item):
                    yield f"{path}.{inner}"


def _items(field: FieldDescriptor, value: object) -> Iterator[tuple[str, object]]:
    if field.cpp_type not in {FieldDescriptor.CPPTYPE_STRING, FieldDescriptor.CPPTYPE_MESSAGE}:
        return  # a vector has hundreds of numbers
    if not field.is_repeated:
        yield "", value
    elif field.message_type is not None and field.message_type.GetOptions().map_entry:
        for key, item in value.items():  # type: ignore[attr-defined]
            yield f"[{key}]", item
    else:
        for index, item in enumerate(value):  # type: ignore[arg-type]
            yield f"[{index}]", item
