"""TrustService: each RPC is decode, use case, encode."""

from __future__ import annotations

from memsvc.rpc import decode_trust, encode_trust
from memsvc.rpc.pipeline import ServicerContext, current_call
from memsvc.rpc.replies import reply
from memsvc.usecases.trust import Quarantine
from memsvc.v1 import trust_service_pb2 as pb
from memsvc.v1.trust_service_pb2_grpc import TrustServiceServicer


class TrustService(TrustServiceServicer):
    """The wire's side of what the write guard has put aside."""

    def __init__(self, quarantine: Quarantine) -> None:
        """Answer calls with *quarantine*."""
        self._quarantine = quarantine

    async def ListQuarantinedMemories(
        self, request: pb.ListQuarantinedMemoriesRequest, _: ServicerContext
    ) -> pb.ListQuarantinedMemoriesResponse:
        """List what is put aside."""
        call = current_call()
        page = await self._quarantine.list(call.caller, decode_trust.quarantined(request))
        call.facts["results"] = len(page.memories)
        return encode_trust.quarantine_page(page)

    async def ApproveMemories(
        self, request: pb.ApproveMemoriesRequest, _: ServicerContext
    ) -> pb.ApproveMemoriesResponse:
        """Let memories in."""
        ask = decode_trust.approve(request, encode_trust.approved)
        done = await self._quarantine.approve(current_call().caller, ask)
        return reply(done, encode_trust.approved, pb.ApproveMemoriesResponse)

    async def RejectMemories(
        self, request: pb.RejectMemoriesRequest, _: ServicerContext
    ) -> pb.RejectMemoriesResponse:
        """Delete what is put aside."""
        ask = decode_trust.reject(request, encode_trust.rejected)
        done = await self._quarantine.reject(current_call().caller, ask)
        return reply(done, encode_trust.rejected, pb.RejectMemoriesResponse)
