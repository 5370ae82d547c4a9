"""From messages to what is asked of personas and preferences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, cast

from google.protobuf.message import Message

from memsvc.core.errors import EtagMismatch, InvalidFields
from memsvc.core.personas import MemoryScope, Persona
from memsvc.core.preferences import Preferences, ResponseLength
from memsvc.rpc.decode import LIST_PAGE_DEFAULT, binding, once, optional
from memsvc.usecases.personas.keeping import (
    CreatePersonaAsk,
    DeletePersonaAsk,
    ListPersonasAsk,
    PersonaChanges,
    UpdatePersonaAsk,
)
from memsvc.usecases.profiles.preferring import PreferenceChanges, PreferencesAsk
from memsvc.v1 import persona_service_pb2, profile_service_pb2

_Readers = Mapping[str, Callable[[Any], Any]]

_PERSONA: Final[_Readers] = {
    "name": lambda value: value.name,
    "description": lambda value: value.description,
    "system_prompt": lambda value: value.system_prompt,
    "provider": lambda value: value.provider,
    "model": lambda value: value.model,
    "temperature": lambda value: optional(value, "temperature"),
    "memory_scope": lambda value: MemoryScope(value.memory_scope or MemoryScope.SHARED),
    "tags": lambda value: tuple(dict.fromkeys(value.tags)),
}
_PREFERENCES: Final[_Readers] = {
    "response_style": lambda value: value.response_style,
    "nickname": lambda value: value.nickname,
    "occupation": lambda value: value.occupation,
    "custom_instructions": lambda value: value.custom_instructions,
    "language": lambda value: value.language,
    "tone": lambda value: value.tone,
    "response_length": lambda value: ResponseLength(value.response_length),
    "topics_of_interest": lambda value: tuple(dict.fromkeys(value.topics_of_interest)),
}


def create_persona(
    request: persona_service_pb2.CreatePersonaRequest, encode: Callable[[Persona], Message]
) -> CreatePersonaAsk:
    """Return what a CreatePersona asks for."""
    value = request.persona
    return CreatePersonaAsk(
        persona_id=value.persona_id,
        user_id=value.user_id,
        values=cast("PersonaChanges", _read(_PERSONA, value, _set(_PERSONA, value))),
        copy_of=request.copy_of,
        once=once(request, encode, value.user_id),
    )


def list_personas(request: persona_service_pb2.ListPersonasRequest) -> ListPersonasAsk:
    """Return which page a ListPersonas asks for."""
    return ListPersonasAsk(
        request.user_id,
        list(request.tags_any),
        request.page_size or LIST_PAGE_DEFAULT,
        request.page_token,
        binding(request),
    )


def update_persona(
    request: persona_service_pb2.UpdatePersonaRequest, encode: Callable[[Persona], Message]
) -> UpdatePersonaAsk:
    """Return what an UpdatePersona asks for; without a mask, the fields that are set."""
    value = request.persona
    if not value.persona_id:
        raise InvalidFields([("persona.persona_id", "must be given")])
    names = _names(_PERSONA, value, request.update_mask.paths)
    return UpdatePersonaAsk(
        persona_id=value.persona_id,
        user_id=value.user_id,
        version=_version(value.etag, "persona.etag"),
        changes=cast("PersonaChanges", _read(_PERSONA, value, names)),
        once=once(request, encode, value.user_id),
    )


def delete_persona(
    request: persona_service_pb2.DeletePersonaRequest, encode: Callable[[None], Message]
) -> DeletePersonaAsk:
    """Return what a DeletePersona asks for."""
    return DeletePersonaAsk(
        request.persona_id, request.user_id, once(request, encode, request.user_id)
    )


def update_preferences(
    request: profile_service_pb2.UpdatePreferencesRequest,
    encode: Callable[[Preferences], Message],
) -> PreferencesAsk:
    """Return what an UpdatePreferences asks for; without a mask, the fields that are set."""
    value = request.preferences
    names = _names(_PREFERENCES, value, request.update_mask.paths)
    return PreferencesAsk(
        user_id=value.user_id,
        version=_version(value.etag, "preferences.etag"),
        changes=cast("PreferenceChanges", _read(_PREFERENCES, value, names)),
        once=once(request, encode, value.user_id),
    )


def _names(readers: _Readers, value: Message, paths: Iterable[str]) -> list[str]:
    """Return which fields are to change; raise InvalidFields for one that cannot be."""
    names = list(paths)
    if not names:
        return _set(readers, value)
    if names == ["*"]:
        return list(readers)
    faults = [
        ("update_mask", f"{name[:64]} is not a field that can be changed")
        for name in names
        if name not in readers
    ]
    if faults:
        raise InvalidFields(faults)
    return names


def _set(readers: _Readers, value: Message) -> list[str]:
    return [field.name for field, _ in value.ListFields() if field.name in readers]


def _read(readers: _Readers, value: Message, names: Iterable[str]) -> dict[str, Any]:
    return {name: readers[name](value) for name in names}


def _version(etag: str, field: str) -> int | None:
    if not etag:
        return None
    digits = etag.strip('"')
    if not digits.isascii() or not digits.isdigit():
        raise EtagMismatch(field=field)
    return int(digits)
