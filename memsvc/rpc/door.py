"""Calls that are turned away at the door, before anything is made ready for them.

When more comes than can be served, saying no could take most of the server's time. A call that would be
refused for its tenant's rate or for want of places is therefore refused without reading its request, and
such calls share a line of the log.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import grpc

from memsvc.core.costs import cost_of
from memsvc.core.errors import MemsvcError
from memsvc.rpc.admission import Admission
from memsvc.rpc.call_names import name_trailers, new_error_id, request_id_of
from memsvc.rpc.errors import failure, meaning_of
from memsvc.rpc.pacing import Pacing
from memsvc.telemetry import CALLS, log

#: So long after the first of them, in seconds, the log is told of calls that were refused alike.
TELLING_SECONDS: Final = 1.0


@dataclass(slots=True)
class _Refused:
    """Calls that were refused alike, of which the log was not told yet."""

    tenant: str
    method: str
    reason: str
    error_id: str = field(default_factory=new_error_id)
    calls: int = 0


class Door:
    """Refuses what is known to be refused."""

    def __init__(self, admission: Admission, pacing: Pacing) -> None:
        """Know callers by *admission*, and who may come in now by *pacing*."""
        self._admission = admission
        self._pacing = pacing
        #: By tenant, method and what was wrong.
        self._refused: dict[tuple[str, str, type[MemsvcError]], _Refused] = {}

    def refusal(
        self, method: str, metadata: Mapping[str, str]
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Return what refuses the call, None if it may go on: whether it is served is decided there."""
        identity = self._admission.remembered(method, metadata)
        if identity is None:
            return None
        error = self._pacing.refusal(identity.tenant_id, cost_of(method))
        return None if error is None else self._refuse(error, method, metadata, identity.tenant_id)

    def _refuse(
        self, error: MemsvcError, method: str, metadata: Mapping[str, str], tenant: str
    ) -> grpc.RpcMethodHandler[Any, Any]:
        refused = self._noted(error, method, tenant)
        request_id = request_id_of(metadata)
        end = failure(error, refused.error_id, request_id)
        CALLS.labels(method, end.code.name).inc()

        async def refuse(  # ruff: ignore[unused-async] - gRPC gives others a thread
            _: object, context: grpc.aio.ServicerContext[Any, Any]
        ) -> None:
            context.set_code(end.code)
            context.set_details(end.message)
            context.set_trailing_metadata((*name_trailers(request_id), *end.trailers))

        # Whatever the method's kind: one of streams does not wait for a request.
        return grpc.stream_stream_rpc_method_handler(refuse)

    def _noted(self, error: MemsvcError, method: str, tenant: str) -> _Refused:
        kind = (tenant, method, type(error))
        refused = self._refused.get(kind)
        if refused is None:
            refused = _Refused(tenant, method, meaning_of(error).reason_name)
            self._refused[kind] = refused
            asyncio.get_running_loop().call_later(TELLING_SECONDS, self._tell, kind)
        refused.calls += 1
        return refused

    def _tell(self, kind: tuple[str, str, type[MemsvcError]]) -> None:
        log.info("rpc_refused", **asdict(self._refused.pop(kind)))
