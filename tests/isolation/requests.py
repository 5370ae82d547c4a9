"""Requests for every RPC of the contract, made from its descriptors: a new RPC is covered as it comes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

from google.api import field_behavior_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from tests.support.wire import METHODS

_PACKAGE: Final = "memsvc.v1."
#: What stands in required fields, by their names, where a case says nothing else.
VALUES: Final[dict[str, Any]] = {
    "user_id": "somebody",
    "query": "tea",
    "content": "I like tea.",
    "message": "hello",
    "messages": [{"content": "I like tea.", "role": "ROLE_USER"}],
    "memory_id": "never",
    "memory_ids": ["never"],
    "job_id": "never",
    "key_id": "NEVER0000000",
    "rule_id": "never",
    "persona_id": "never",
    "persona": {"user_id": "somebody", "name": "a name", "system_prompt": "Answer in verse."},
    "preferences": {"user_id": "somebody", "tone": "warm"},
    "memory": {"memory_id": "never", "content": "I like tea.", "category": "taste"},
    "queries": [{"user_id": "somebody", "query": "tea", "relevant_ids": ["m"]}],
    "display_name": "Ana",
    "name": "a name",
    "scopes": ["recall"],
    "login": "a login",
    "password": "a long password",
    "current_password": "a long password",
    "new_password": "a longer password",
    "refresh_token": "never",
    "policy": {"enabled": False},
    "rule": {
        "name": "a rule",
        "action": "RETENTION_ACTION_HOLD",
        "condition": {"importance_under": 0.1},
    },
    "conversation_id": "never",
    "conversation_ids": ["never"],
    "conversation": {"user_id": "somebody", "conversation_id": "never", "title": "tea"},
    "message_id": "never",
    "message_ids": ["never"],
    "after_message_id": "never",
    "user_message_id": "never",
    "change": {"message_id": "never", "content": "I like tea."},
    "changes": [{"message_id": "never", "content": "I like tea."}],
    "project_id": "never",
    "project": {"project_id": "never", "name": "a name"},
    "member_user_id": "somebody",
    "lines": (
        '{"type":"header","format":"memsvc-user","version":1,"user_id":"somebody",'
        '"export_time":"2025-01-01T00:00:00Z"}\n'
        '{"type":"end","conversation_count":0,"memory_count":0}\n'
    ),
}
#: What single methods need besides.
MORE: Final[dict[str, dict[str, Any]]] = {
    # What a chat remembers differs from call to call; test_mutants has chats of its own.
    "MemoryService/Chat": {"provider": "nobody"},
    # Without a user it looks through the whole tenant, what other cases left behind included.
    "MemoryService/Search": {"user_id": "somebody"},
    "MemoryService/UpdateMemory": {"update_mask": "content"},
    "MemoryService/ExtractFacts": {"message": {"content": "I like tea.", "role": "ROLE_USER"}},
    "AuthService/CreateInvitation": {"role": "ACCOUNT_ROLE_USER"},
    "RetentionService/UpdateRetentionRule": {"rule": {**VALUES["rule"], "rule_id": "never"}},
    "PersonaService/UpdatePersona": {"persona": {**VALUES["persona"], "persona_id": "never"}},
    "RetentionService/RunRetention": {"dry_run": True},
    "ProjectService/AddProjectMember": {"role": "PROJECT_ROLE_VIEWER"},
    "ProjectService/UpdateProjectMember": {"role": "PROJECT_ROLE_VIEWER"},
}
#: Methods of which a caller has to be an account, or has to know a secret: they name nobody's ids.
WITHOUT_IDS: Final = frozenset({"AuthService/Register", "AuthService/Login", "AuthService/Refresh"})


@dataclass(frozen=True, slots=True)
class IdField:
    """A field of a request that holds an id, or several."""

    #: Such as "MemoryService/GetMemory".
    method: str
    #: Such as ("memory", "memory_id").
    path: tuple[str, ...]

    @property
    def name(self) -> str:
        """The field's own name, in the singular."""
        return self.path[-1].removesuffix("s")

    def __str__(self) -> str:
        """Name the case of a test."""
        return f"{self.method}.{'.'.join(self.path)}"


def methods() -> list[str]:
    """Return every method of the contract."""
    return sorted(name.removeprefix(_PACKAGE) for name in METHODS)


def id_fields() -> list[IdField]:
    """Return every field of every request that holds an id."""
    return [
        IdField(method, path)
        for method in methods()
        for path in _paths(METHODS[_PACKAGE + method].input_type, ())
    ]


def string_fields() -> list[IdField]:
    """Return every field of every request that holds text."""
    return [
        IdField(method, path)
        for method in methods()
        for path in _paths(METHODS[_PACKAGE + method].input_type, (), ids_only=False)
    ]


def _paths(
    message: Descriptor, above: tuple[str, ...], *, ids_only: bool = True
) -> Iterator[tuple[str, ...]]:
    for field in message.fields:
        if field.message_type is not None:
            is_ours = field.message_type.full_name.startswith(_PACKAGE)
            if is_ours and field.message_type != message and len(above) < 3:
                yield from _paths(field.message_type, (*above, field.name), ids_only=ids_only)
        elif field.type == FieldDescriptor.TYPE_STRING and (
            not ids_only or field.name.endswith(("_id", "_ids"))
        ):
            yield (*above, field.name)


def request(method: str, **given: Any) -> dict[str, Any]:
    """Return a valid request of *method* as JSON has it, with what is *given*."""
    name = METHODS[_PACKAGE + method].input_type.name
    more = MORE.get(method, {})
    fields = {field: more.get(field) or _value(method, field) for field in _required()[name]}
    fields |= more
    return {**fields, **given}


def _value(method: str, field: str) -> Any:
    assert field in VALUES, f"tests/isolation/requests.py: what is to stand in {field} of {method}?"
    return VALUES[field]


def placed(fields: dict[str, Any], case: IdField, value: str) -> dict[str, Any]:
    """Return the request with *value* in the field of a case."""
    message = METHODS[_PACKAGE + case.method].input_type
    return _placed(fields, message, case.path, value)


def _placed(
    fields: dict[str, Any], message: Descriptor | None, path: tuple[str, ...], value: str
) -> dict[str, Any]:
    assert message is not None
    name, *rest = path
    field = message.fields_by_name[name]
    repeated = field.is_repeated
    if not rest:
        return {**fields, name: [value] if repeated else value}
    inner: Any = fields.get(name) or ([{}] if repeated else {})
    if repeated:
        first = _placed(inner[0], field.message_type, tuple(rest), value)
        return {**fields, name: [first, *inner[1:]]}
    return {**fields, name: _placed(inner, field.message_type, tuple(rest), value)}


def _required() -> dict[str, list[str]]:
    """Return the required fields of each message, by its name, out of the annotated contract."""
    data = resources.files("memsvc.rpc").joinpath("schema.binpb").read_bytes()
    files = FileDescriptorSet.FromString(data)
    return {
        message.name: [field.name for field in message.field if _is_required(field)]
        for file in files.file
        if file.package + "." == _PACKAGE
        for message in file.message_type
    }


def _is_required(field: Any) -> bool:
    behaviours = field.options.Extensions[field_behavior_pb2.field_behavior]
    return field_behavior_pb2.REQUIRED in behaviours
