"""A server that takes messages and does with each call what a test wants."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

import grpc

from memsvc.v1.memory_pb2 import Message
from memsvc.v1.memory_service_pb2 import (
    IngestStreamError,
    IngestStreamRequest,
    IngestStreamResponse,
)

Context = grpc.ServicerContext
Requests = list[IngestStreamRequest]
#: What a call does instead of storing everything; it may store some of it.
Behaviour = Callable[["FakeServer", Requests, Context], IngestStreamResponse]


class FakeServer:
    """IngestStream and nothing else, in this process, on a port of its own."""

    def __init__(self) -> None:
        """Begin with nothing stored and nothing planned."""
        self.calls: list[Requests] = []
        self.metadata: list[dict[str, Any]] = []
        #: By user and message id, in the order of their coming.
        self.stored: dict[tuple[str, str], Message] = {}
        self.plan: deque[Behaviour] = deque()
        handler = grpc.stream_unary_rpc_method_handler(
            self._ingest_stream,
            request_deserializer=IngestStreamRequest.FromString,
            response_serializer=IngestStreamResponse.SerializeToString,
        )
        service = grpc.method_handlers_generic_handler(
            "memsvc.v1.MemoryService", {"IngestStream": handler}
        )
        self._server = grpc.server(ThreadPoolExecutor(2))
        self._server.add_generic_rpc_handlers((service,))
        self.target = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"

    def __enter__(self) -> Self:
        """Listen."""
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End at once."""
        self._server.stop(None).wait()

    def contents(self) -> list[str]:
        """Return what was stored, in the order of its coming."""
        return [message.content for message in self.stored.values()]

    def store(self, requests: Requests) -> IngestStreamResponse:
        """Store every message that is not there yet."""
        response = IngestStreamResponse()
        for request in requests:
            for message in request.messages:
                key = (request.user_id, message.message_id)
                if key in self.stored:
                    response.duplicate_count += 1
                else:
                    self.stored[key] = message
                    response.message_count += 1
        return response

    def _ingest_stream(
        self, requests: Iterator[IngestStreamRequest], context: Context
    ) -> IngestStreamResponse:
        received = list(requests)
        self.calls.append(received)
        self.metadata.append(dict(context.invocation_metadata()))
        if self.plan:
            return self.plan.popleft()(self, received, context)
        return self.store(received)


def stores(server: FakeServer, requests: Requests, _: Context) -> IngestStreamResponse:
    """Store everything."""
    return server.store(requests)


def fails(code: grpc.StatusCode, *, after: int = 0) -> Behaviour:
    """Return what stores so many batches and then ends the call with *code*."""

    def behave(server: FakeServer, requests: Requests, context: Context) -> IngestStreamResponse:
        server.store(requests[:after])
        context.abort(code, "as planned")
        raise AssertionError

    return behave


def refuses(
    code: grpc.StatusCode, wanted: Callable[[IngestStreamRequest], bool], reason: str = ""
) -> Behaviour:
    """Return what names the batches that are *wanted* as not stored and stores the others."""

    def behave(server: FakeServer, requests: Requests, _: Context) -> IngestStreamResponse:
        response = server.store([request for request in requests if not wanted(request)])
        response.errors.extend(
            IngestStreamError(index=index, code=code.value[0], reason=reason, message="as planned")
            for index, request in enumerate(requests)
            if wanted(request)
        )
        return response

    return behave


def holds(text: str) -> Callable[[IngestStreamRequest], bool]:
    """Return what tells whether a batch holds the message *text*."""
    return lambda request: any(message.content == text for message in request.messages)
