"""Calls of any RPC of the contract as they are on the wire, by its full name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Self

import grpc
from google.protobuf import json_format
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from memsvc.rpc.server import SERVICES
from memsvc.v1 import job_service_pb2
from memsvc.v1.job_service_pb2_grpc import JobServiceStub

METHODS = {f"{name}/{m.name}": m for name, service in SERVICES.items() for m in service.methods}
SECONDS = 20.0


class Refused(Exception):
    """A call that ended with an error."""

    def __init__(self, error: grpc.RpcError) -> None:
        """Take the error apart."""
        call: Any = error
        self.code: str = call.code().name
        self.message: str = call.details()
        self.reason = ""
        self.metadata: dict[str, str] = {}
        self.retry_ms = 0
        self.trailers: dict[str, str] = dict(call.trailing_metadata() or ())
        #: What is wrong with which field.
        self.violations: dict[str, str] = {}
        status = rpc_status.from_call(call)
        for detail in status.details if status else ():
            info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
            bad = error_details_pb2.BadRequest()
            if detail.Unpack(info):
                self.reason, self.metadata = info.reason, dict(info.metadata)
            elif detail.Unpack(retry):
                self.retry_ms = retry.retry_delay.ToMilliseconds()
            elif detail.Unpack(bad):
                self.violations = {one.field: one.description for one in bad.field_violations}
        super().__init__(f"{self.code} {self.reason}: {self.message}")


class Wire:
    """A connection that shows a credential with each call."""

    def __init__(
        self,
        target: str,
        credential: str | None = None,
        *,
        metadata: tuple[tuple[str, str], ...] = (),
        tls: grpc.ChannelCredentials | None = None,
        options: tuple[tuple[str, Any], ...] = (),
    ) -> None:
        """Call *target*; *metadata* goes along as well."""
        own = (("authorization", f"Bearer {credential}"),) if credential is not None else ()
        self._metadata = (*own, *metadata)
        self._channel = (
            grpc.secure_channel(target, tls, options)
            if tls
            else grpc.insecure_channel(target, options)
        )

    def __enter__(self) -> Self:
        """Connect at the first call."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Hang up."""
        self._channel.close()

    def call(
        self, name: str, request: Message | Iterator[Message] | None = None, /, **fields: Any
    ) -> Any:
        """Return the response, of a stream all of them; *name* as in "AuthService/Login".

        A method that takes a stream is given one message or several. Raises Refused.
        """
        full_name = f"memsvc.v1.{name}"
        method = METHODS[full_name]
        message = request or json_format.ParseDict(fields, GetMessageClass(method.input_type)())
        try:
            return self._answer(full_name, message)
        except grpc.RpcError as error:
            raise Refused(error) from None

    def watch(self, job_id: str, *, seconds: float) -> Any:
        """Return the states of a job as they come."""
        request = json_format.ParseDict({"job_id": job_id}, job_service_pb2.WatchJobRequest())
        stub = JobServiceStub(self._channel)
        return stub.WatchJob(request, metadata=self._metadata, timeout=seconds)

    def is_out_of_reach(self) -> bool:
        """Whether no connection comes about."""
        try:
            self.call("AdminService/GetServerInfo")
        except Refused as refused:
            return refused.code == "UNAVAILABLE" and not refused.reason
        return False

    def _answer(self, full_name: str, message: Message | Iterator[Message]) -> Any:
        method = METHODS[full_name]
        streams: dict[tuple[bool, bool], Callable[..., Any]] = {
            (False, False): self._channel.unary_unary,
            (False, True): self._channel.unary_stream,
            (True, False): self._channel.stream_unary,
        }
        call = streams[method.client_streaming, method.server_streaming](
            f"/{full_name}",
            request_serializer=GetMessageClass(method.input_type).SerializeToString,
            response_deserializer=GetMessageClass(method.output_type).FromString,
        )
        alone = isinstance(message, Message)
        sent = iter([message]) if method.client_streaming and alone else message
        answer = call(sent, metadata=self._metadata, timeout=SECONDS)
        return list(answer) if method.server_streaming else answer
