"""From messages to what is asked of the quarantine."""

from __future__ import annotations

from collections.abc import Callable

from google.protobuf.message import Message

from memsvc.rpc.decode import LIST_PAGE_DEFAULT, binding, memory_id, once
from memsvc.usecases.trust import ApproveAsk, Approved, QuarantineAsk, RejectAsk
from memsvc.v1 import trust_service_pb2


def quarantined(request: trust_service_pb2.ListQuarantinedMemoriesRequest) -> QuarantineAsk:
    """Return which page of what is put aside is asked for."""
    return QuarantineAsk(
        user_id=request.user_id or None,
        page_size=request.page_size or LIST_PAGE_DEFAULT,
        page_token=request.page_token,
        binding=binding(request),
    )


def approve(
    request: trust_service_pb2.ApproveMemoriesRequest, encode: Callable[[Approved], Message]
) -> ApproveAsk:
    """Return which memories are to be let in."""
    return ApproveAsk(
        [memory_id(text, "memory_ids") for text in request.memory_ids],
        request.user_id or None,
        once(request, encode, request.user_id),
    )


def reject(
    request: trust_service_pb2.RejectMemoriesRequest, encode: Callable[[int], Message]
) -> RejectAsk:
    """Return which memories are to be deleted."""
    return RejectAsk(
        [memory_id(text, "memory_ids") for text in request.memory_ids],
        request.user_id or None,
        once(request, encode, request.user_id),
    )
