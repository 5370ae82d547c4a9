"""From what is put aside to messages."""

from __future__ import annotations

from memsvc.core.provenance import Withheld
from memsvc.rpc.encode import memory, timestamp
from memsvc.usecases.trust import Approved, QuarantinePage
from memsvc.v1 import trust_service_pb2


def _quarantined(value: Withheld) -> trust_service_pb2.QuarantinedMemory:
    return trust_service_pb2.QuarantinedMemory(
        memory=memory(value.memory),
        message_id=value.memory.message_id or "",
        reason=value.reason,
        quarantine_time=timestamp(value.withhold_time),
    )


def quarantine_page(
    value: QuarantinePage,
) -> trust_service_pb2.ListQuarantinedMemoriesResponse:
    """Return a page of what is put aside on the wire."""
    return trust_service_pb2.ListQuarantinedMemoriesResponse(
        memories=[_quarantined(one) for one in value.memories],
        next_page_token=value.next_page_token,
    )


def approved(value: Approved) -> trust_service_pb2.ApproveMemoriesResponse:
    """Return what was let in on the wire."""
    return trust_service_pb2.ApproveMemoriesResponse(
        memories=[memory(one) for one in value.memories], revision=value.revision
    )


def rejected(revision: int) -> trust_service_pb2.RejectMemoriesResponse:
    """Return that memories are gone, on the wire."""
    return trust_service_pb2.RejectMemoriesResponse(revision=revision)
