"""A real server of the contract whose answers a test writes; it keeps what it was sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Never

import grpc
from google.protobuf import any_pb2
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from memsvc_client._pb import (
    admin_service_pb2,
    api_key_service_pb2,
    auth_service_pb2,
    conversation_service_pb2,
    job_service_pb2,
    memory_service_pb2,
    persona_service_pb2,
    profile_service_pb2,
    project_service_pb2,
    provider_service_pb2,
    retention_service_pb2,
    trust_service_pb2,
    user_service_pb2,
)

SERVICES = tuple(
    service
    for module in (
        memory_service_pb2,
        job_service_pb2,
        admin_service_pb2,
        user_service_pb2,
        api_key_service_pb2,
        auth_service_pb2,
        persona_service_pb2,
        profile_service_pb2,
        retention_service_pb2,
        trust_service_pb2,
        conversation_service_pb2,
        project_service_pb2,
        provider_service_pb2,
    )
    for service in module.DESCRIPTOR.services_by_name.values()
)
#: All RPCs of the contract by their names, which are different in all services.
ALL_RPCS = {method.name: method for service in SERVICES for method in service.methods}
#: Those that the client has a method for; the others are called by `services`.
RPCS = {
    method.name: method
    for service in SERVICES[:4]
    for method in service.methods
    if "Audit" not in method.name and "Cache" not in method.name
}
#: What answers a call: a message, or messages for a stream; it may end the call by the context.
Script = Callable[[Any, grpc.ServicerContext], Any]


@dataclass(frozen=True)
class Received:
    """One attempt of one call, as it came in."""

    method: str
    request: Any
    metadata: dict[str, list[str | bytes]]
    time_remaining: float


class ScriptedServer(grpc.GenericRpcHandler):
    """Answers each method by its script, or with an empty response."""

    def __init__(self) -> None:
        """Listen on a free port of this machine, at once in plaintext and by credentials."""
        self.received: list[Received] = []
        self.scripts: dict[str, Script] = {}
        self.missing: set[str] = set()
        self._server = grpc.server(ThreadPoolExecutor(8), handlers=[self])
        port = self._server.add_insecure_port("127.0.0.1:0")
        secure_port = self._server.add_secure_port("127.0.0.1:0", grpc.local_server_credentials())
        self.target, self.secure_target = f"127.0.0.1:{port}", f"127.0.0.1:{secure_port}"
        self._server.start()

    def stop(self) -> None:
        """Stop at once and wait until everything has ended."""
        self._server.stop(None).wait()

    def service(
        self, handler_call_details: grpc.HandlerCallDetails
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Return the handler of a method; None for one that is missing."""
        name = handler_call_details.method.rpartition("/")[2]
        if name in self.missing or name not in ALL_RPCS:
            return None
        method = ALL_RPCS[name]
        request, response = GetMessageClass(method.input_type), GetMessageClass(method.output_type)
        shapes: dict[tuple[bool, bool], Any] = {
            (False, False): grpc.unary_unary_rpc_method_handler,
            (False, True): grpc.unary_stream_rpc_method_handler,
            (True, False): grpc.stream_unary_rpc_method_handler,
        }

        def answer(received: Any, context: grpc.ServicerContext) -> Any:
            self._keep(name, received, context)
            if script := self.scripts.get(name):
                return script(received, context)
            if method.client_streaming:
                list(received)
            return iter(()) if method.server_streaming else response()

        handler: grpc.RpcMethodHandler[Any, Any] = shapes[
            method.client_streaming, method.server_streaming
        ](
            answer,
            request_deserializer=request.FromString,
            response_serializer=response.SerializeToString,
        )
        return handler

    def _keep(self, name: str, request: Any, context: grpc.ServicerContext) -> None:
        metadata = defaultdict(list)
        for key, value in context.invocation_metadata():
            metadata[key].append(value)
        self.received.append(Received(name, request, dict(metadata), context.time_remaining()))


def failing(code: grpc.StatusCode, *, times: int = 1_000_000) -> Script:
    """Return a script that ends calls with *code* that many *times*, then answers emptily."""
    left = iter(range(times))

    def script(request: Message, context: grpc.ServicerContext) -> Message:
        if next(left, None) is not None:
            context.abort(code, "scripted")
        name = request.DESCRIPTOR.name.removesuffix("Request")
        response: Message = GetMessageClass(ALL_RPCS[name].output_type)()
        return response

    return script


def refusing(code: grpc.StatusCode, text: str, *details: Message) -> Script:
    """Return a script that ends calls with a rich error of these *details*."""
    status = status_pb2.Status(code=code.value[0], message=text)
    for detail in details:
        packed = any_pb2.Any()
        packed.Pack(detail)
        status.details.append(packed)

    def script(_: Any, context: grpc.ServicerContext) -> Never:
        context.abort_with_status(rpc_status.to_status(status))
        raise AssertionError  # the line before never returns

    return script


def info(reason: str, domain: str = "memsvc.dev", **metadata: str) -> error_details_pb2.ErrorInfo:
    """Return an ErrorInfo as the server sends it."""
    return error_details_pb2.ErrorInfo(reason=reason, domain=domain, metadata=metadata)


def paging(response: type[Message], key: str, pages: list[list[dict[str, Any]]]) -> Script:
    """Return a script for a list: *pages* of items under *key*; tokens are numbers from "1"."""

    def script(request: Any, _: grpc.ServicerContext) -> Message:
        index = int(request.page_token or 0)
        token = str(index + 1) if index + 1 < len(pages) else ""
        make: Callable[..., Message] = response
        return make(**{key: pages[index]}, next_page_token=token)

    return script


def events(*given: dict[str, Any]) -> Script:
    """Return a script for a stream that sends the events *given*."""

    def script(request: Message, _: grpc.ServicerContext) -> Iterator[Message]:
        rpc = request.DESCRIPTOR.name.removesuffix("Request")
        make: Callable[..., Message] = GetMessageClass(ALL_RPCS[rpc].output_type)
        for fields in given:
            yield make(**fields)

    return script
