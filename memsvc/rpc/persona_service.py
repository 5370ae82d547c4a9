"""PersonaService: each RPC is decode, use case, encode."""

from __future__ import annotations

from memsvc.rpc import decode_personas, encode_personas
from memsvc.rpc.pipeline import ServicerContext, current_call
from memsvc.rpc.replies import reply
from memsvc.usecases.personas.keeping import Personas
from memsvc.v1 import persona_service_pb2 as pb
from memsvc.v1.persona_service_pb2_grpc import PersonaServiceServicer


class PersonaService(PersonaServiceServicer):
    """The wire's side of who answers."""

    def __init__(self, personas: Personas) -> None:
        """Answer calls with *personas*."""
        self._personas = personas

    async def CreatePersona(
        self, request: pb.CreatePersonaRequest, _: ServicerContext
    ) -> pb.CreatePersonaResponse:
        """Add a persona."""
        ask = decode_personas.create_persona(request, encode_personas.created)
        done = await self._personas.create(current_call().caller, ask)
        return reply(done, encode_personas.created, pb.CreatePersonaResponse)

    async def GetPersona(
        self, request: pb.GetPersonaRequest, _: ServicerContext
    ) -> pb.GetPersonaResponse:
        """Return one persona."""
        caller = current_call().caller
        found = await self._personas.get(caller, request.user_id, request.persona_id)
        return pb.GetPersonaResponse(persona=encode_personas.persona(found))

    async def ListPersonas(
        self, request: pb.ListPersonasRequest, _: ServicerContext
    ) -> pb.ListPersonasResponse:
        """List the personas that a user may talk with."""
        call = current_call()
        page = await self._personas.list(call.caller, decode_personas.list_personas(request))
        call.facts["results"] = len(page.personas)
        return encode_personas.page(page)

    async def UpdatePersona(
        self, request: pb.UpdatePersonaRequest, _: ServicerContext
    ) -> pb.UpdatePersonaResponse:
        """Change a persona."""
        ask = decode_personas.update_persona(request, encode_personas.updated)
        done = await self._personas.update(current_call().caller, ask)
        return reply(done, encode_personas.updated, pb.UpdatePersonaResponse)

    async def DeletePersona(
        self, request: pb.DeletePersonaRequest, _: ServicerContext
    ) -> pb.DeletePersonaResponse:
        """Delete a persona."""
        ask = decode_personas.delete_persona(request, encode_personas.deleted)
        done = await self._personas.delete(current_call().caller, ask)
        return reply(done, encode_personas.deleted, pb.DeletePersonaResponse)
