"""From personas and preferences to messages."""

from __future__ import annotations

from memsvc.core.personas import Persona
from memsvc.core.preferences import Preferences
from memsvc.rpc.encode import etag, timestamp
from memsvc.usecases.personas.keeping import PersonaPage
from memsvc.v1 import persona_service_pb2, profile_service_pb2


def persona(value: Persona) -> persona_service_pb2.Persona:
    """Return a persona on the wire."""
    return persona_service_pb2.Persona(
        persona_id=value.persona_id,
        name=value.name,
        description=value.description,
        system_prompt=value.system_prompt,
        provider=value.provider,
        model=value.model,
        temperature=value.temperature,
        memory_scope=persona_service_pb2.PersonaMemoryScope.Name(value.memory_scope),
        tags=value.tags,
        built_in=value.built_in,
        user_id=value.user_id,
        create_time=timestamp(value.create_time),
        update_time=timestamp(value.update_time),
        etag="" if value.built_in else etag(value.version),
    )


def created(value: Persona) -> persona_service_pb2.CreatePersonaResponse:
    """Return the reply to a CreatePersona."""
    return persona_service_pb2.CreatePersonaResponse(persona=persona(value))


def updated(value: Persona) -> persona_service_pb2.UpdatePersonaResponse:
    """Return the reply to an UpdatePersona."""
    return persona_service_pb2.UpdatePersonaResponse(persona=persona(value))


def deleted(_: None) -> persona_service_pb2.DeletePersonaResponse:
    """Return the reply to a DeletePersona."""
    return persona_service_pb2.DeletePersonaResponse()


def page(value: PersonaPage) -> persona_service_pb2.ListPersonasResponse:
    """Return a page of personas on the wire."""
    return persona_service_pb2.ListPersonasResponse(
        personas=[persona(one) for one in value.personas], next_page_token=value.next_page_token
    )


def preferences(value: Preferences, user_id: str) -> profile_service_pb2.Preferences:
    """Return a user's preferences on the wire."""
    return profile_service_pb2.Preferences(
        user_id=user_id,
        response_style=value.response_style,
        nickname=value.nickname,
        occupation=value.occupation,
        custom_instructions=value.custom_instructions,
        language=value.language,
        tone=value.tone,
        response_length=profile_service_pb2.ResponseLength.Name(value.response_length),
        topics_of_interest=value.topics_of_interest,
        update_time=timestamp(value.update_time),
        etag=etag(value.version),
    )
