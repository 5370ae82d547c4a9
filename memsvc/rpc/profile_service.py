"""ProfileService: each RPC is decode, use case, encode."""

from __future__ import annotations

from memsvc.core.preferences import Preferences
from memsvc.rpc import decode_personas, encode, encode_personas
from memsvc.rpc.pipeline import ServicerContext, current_call
from memsvc.rpc.replies import reply
from memsvc.usecases.profiles.preferring import Preferring
from memsvc.v1 import profile_service_pb2 as pb
from memsvc.v1.profile_service_pb2_grpc import ProfileServiceServicer


class ProfileService(ProfileServiceServicer):
    """The wire's side of how users want to be answered, and who they are."""

    def __init__(self, preferring: Preferring) -> None:
        """Answer calls with *preferring*."""
        self._preferring = preferring

    async def GetPreferences(
        self, request: pb.GetPreferencesRequest, _: ServicerContext
    ) -> pb.GetPreferencesResponse:
        """Return a user's preferences."""
        found = await self._preferring.get(current_call().caller, request.user_id)
        shown = encode_personas.preferences(found, request.user_id)
        return pb.GetPreferencesResponse(preferences=shown)

    async def UpdatePreferences(
        self, request: pb.UpdatePreferencesRequest, _: ServicerContext
    ) -> pb.UpdatePreferencesResponse:
        """Change a user's preferences."""

        def updated(value: Preferences) -> pb.UpdatePreferencesResponse:
            shown = encode_personas.preferences(value, request.preferences.user_id)
            return pb.UpdatePreferencesResponse(preferences=shown)

        ask = decode_personas.update_preferences(request, updated)
        done = await self._preferring.update(current_call().caller, ask)
        return reply(done, updated, pb.UpdatePreferencesResponse)

    async def GetProfile(
        self, request: pb.GetProfileRequest, _: ServicerContext
    ) -> pb.GetProfileResponse:
        """Return who a user is."""
        found = await self._preferring.profile(current_call().caller, request.user_id)
        return pb.GetProfileResponse(profile=encode.profile(found))
