"""ApiKeyService: each RPC is decode, use case, encode."""

from __future__ import annotations

from memsvc.rpc import decode_access, encode_access
from memsvc.rpc.pipeline import ServicerContext, current_call
from memsvc.usecases.access.manage_keys import ManageKeys
from memsvc.v1 import api_key_service_pb2 as pb
from memsvc.v1.api_key_service_pb2_grpc import ApiKeyServiceServicer


class ApiKeyService(ApiKeyServiceServicer):
    """The wire's side of the API keys."""

    def __init__(self, keys: ManageKeys) -> None:
        """Answer calls with *keys*."""
        self._keys = keys

    async def CreateApiKey(
        self, request: pb.CreateApiKeyRequest, _: ServicerContext
    ) -> pb.CreateApiKeyResponse:
        """Make a key."""
        ask = decode_access.create_api_key(request)
        made = await self._keys.create(current_call().caller, ask)
        return pb.CreateApiKeyResponse(api_key=encode_access.api_key(made.key), secret=made.secret)

    async def ListApiKeys(
        self, request: pb.ListApiKeysRequest, _: ServicerContext
    ) -> pb.ListApiKeysResponse:
        """List the keys of the tenant."""
        call = current_call()
        page = await self._keys.list(call.caller, decode_access.list_api_keys(request))
        call.facts["results"] = len(page.keys)
        return encode_access.key_page(page)

    async def RevokeApiKey(
        self, request: pb.RevokeApiKeyRequest, _: ServicerContext
    ) -> pb.RevokeApiKeyResponse:
        """End a key."""
        key = await self._keys.revoke(current_call().caller, request.key_id)
        return pb.RevokeApiKeyResponse(api_key=encode_access.api_key(key))

    async def RestoreApiKey(
        self, request: pb.RestoreApiKeyRequest, _: ServicerContext
    ) -> pb.RestoreApiKeyResponse:
        """Take a revocation back."""
        key = await self._keys.restore(current_call().caller, request.key_id)
        return pb.RestoreApiKeyResponse(api_key=encode_access.api_key(key))

    async def RotateApiKey(
        self, request: pb.RotateApiKeyRequest, _: ServicerContext
    ) -> pb.RotateApiKeyResponse:
        """Make a key in the place of another one."""
        ask = decode_access.rotate_api_key(request)
        made = await self._keys.rotate(current_call().caller, ask)
        return pb.RotateApiKeyResponse(api_key=encode_access.api_key(made.key), secret=made.secret)

    async def DeleteApiKey(
        self, request: pb.DeleteApiKeyRequest, _: ServicerContext
    ) -> pb.DeleteApiKeyResponse:
        """Remove a key."""
        await self._keys.delete(current_call().caller, request.key_id)
        return pb.DeleteApiKeyResponse()
