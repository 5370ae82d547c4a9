"""UserService: each RPC is decode, use case, encode."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from memsvc.core.errors import MemsvcError
from memsvc.rpc import encode_users
from memsvc.rpc.pipeline import Checked, ServicerContext, current_call
from memsvc.usecases.users.erasing import Erasing
from memsvc.usecases.users.exporting import Exporting
from memsvc.usecases.users.importing import Importing, Piece
from memsvc.v1 import user_service_pb2 as pb
from memsvc.v1.user_service_pb2_grpc import UserServiceServicer


@dataclass(frozen=True, slots=True)
class UserUseCases:
    """What the service does."""

    erasing: Erasing
    exporting: Exporting
    importing: Importing


class UserService(UserServiceServicer):
    """The wire's side of what concerns a user as a whole."""

    def __init__(self, usecases: UserUseCases) -> None:
        """Answer calls with *usecases*."""
        self._do = usecases

    async def EraseUser(
        self, request: pb.EraseUserRequest, _: ServicerContext
    ) -> pb.EraseUserResponse:
        """Forget a user."""
        call = current_call()
        erasure = await self._do.erasing.erase(call.caller, request.user_id)
        call.facts["rows"] = sum(erasure.removed.values())
        return pb.EraseUserResponse(report=encode_users.erasure(erasure))

    async def ReopenUser(
        self, request: pb.ReopenUserRequest, _: ServicerContext
    ) -> pb.ReopenUserResponse:
        """Let an erased user be remembered anew."""
        await self._do.erasing.reopen(current_call().caller, request.user_id)
        return pb.ReopenUserResponse()

    async def ExportUser(
        self, request: pb.ExportUserRequest, _: ServicerContext
    ) -> AsyncIterator[pb.ExportUserResponse]:
        """Hand over all that is remembered of a user."""
        async for lines in self._do.exporting(current_call().caller, request.user_id):
            yield pb.ExportUserResponse(lines=lines)

    async def ImportUser(
        self, received: AsyncIterator[Checked], _: ServicerContext
    ) -> pb.ImportUserResponse:
        """Take in what was handed over."""
        call = current_call()
        imported = await self._do.importing(call.caller, _pieces(received))
        call.facts |= {"memories": imported.memories, "duplicates": imported.duplicates}
        return pb.ImportUserResponse(
            conversation_count=imported.conversations,
            memory_count=imported.memories,
            duplicate_count=imported.duplicates,
        )


async def _pieces(received: AsyncIterator[Checked]) -> AsyncIterator[Piece]:
    """Yield the pieces; the first that breaks a rule ends the import."""
    async for item in received:
        if isinstance(item, MemsvcError):
            raise item
        if isinstance(item, pb.ImportUserRequest):
            yield Piece(item.user_id, item.lines)
