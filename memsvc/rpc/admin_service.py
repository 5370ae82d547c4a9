"""AdminService: each RPC is decode, use case, encode."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from memsvc.rpc.pipeline import ServicerContext
from memsvc.usecases.admin.server_info import ServerFacts, ServerInfo
from memsvc.v1 import admin_service_pb2 as pb
from memsvc.v1.admin_service_pb2_grpc import AdminServiceServicer

#: The packages of the contract that this server speaks.
API_VERSIONS: Final = ("memsvc.v1",)


class AdminService(AdminServiceServicer):
    """The wire's side of what concerns the server itself."""

    def __init__(self, server_info: ServerInfo, methods: Sequence[str]) -> None:
        """Answer calls with *server_info*; *methods* are the ones of the contract that are answered."""
        self._server_info = server_info
        self._methods = methods

    async def GetServerInfo(
        self, _: pb.GetServerInfoRequest, _context: ServicerContext
    ) -> pb.GetServerInfoResponse:
        """Tell what this server is and can do."""
        return _response(self._server_info(), self._methods)


def _response(facts: ServerFacts, methods: Sequence[str]) -> pb.GetServerInfoResponse:
    space = facts.embedder
    return pb.GetServerInfoResponse(
        version=facts.version,
        api_versions=API_VERSIONS,
        methods=methods,
        capabilities=[f"CAPABILITY_{name}" for name in facts.capabilities],
        embedder=pb.EmbedderInfo(model=space.model, dimension=space.dimension) if space else None,
    )
