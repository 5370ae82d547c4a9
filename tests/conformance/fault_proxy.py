"""A proxy between client and server that loses replies, refuses calls, and keeps what it saw."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import grpc
import trustme
from google.protobuf import any_pb2, duration_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2

#: Written by the hop itself, so never passed on.
HOP: Final = {"user-agent", "grpc-accept-encoding", "te", "content-type"}
#: Not valid protobuf of any message.
GARBAGE: Final = b"\xff\xff\xff"


@dataclass
class Fault:
    """What happens to the next *times* calls of a method.

    refuse: the server never sees the call. lose_reply: it does, and its answer is lost. hang: nothing
    happens until the caller gives up. garble: the request arrives as garbage. A call that is refused
    or whose reply is lost ends with *code*, and with an ErrorInfo if there is a *reason*.
    """

    method: str
    do: Literal["refuse", "lose_reply", "hang", "garble"]
    times: int = 1
    code: str = "UNAVAILABLE"
    reason: str = ""
    domain: str = "memsvc.dev"
    retry_seconds: float = 0
    pushback_ms: int | None = None


@dataclass
class Seen:
    """One attempt of one call."""

    metadata: dict[str, str]
    seconds: float | None
    requests: list[bytes] = field(default_factory=list)
    #: When it came in, on the clock of time.monotonic().
    time: float = field(default_factory=time.monotonic)
    given_up: threading.Event = field(default_factory=threading.Event)


class FaultProxy(grpc.GenericRpcHandler):
    """Passes everything on to *target* as bytes, but for the faults it is told to make."""

    def __init__(self, folder: Path) -> None:
        """Listen in plaintext and by TLS on free ports; *folder* gets the certificate's root."""
        self.seen: dict[str, list[Seen]] = defaultdict(list)
        self._faults: list[Fault] = []
        self._channel: grpc.Channel | None = None
        authority = trustme.CA()
        certificate = authority.issue_cert("localhost")
        self.roots_file = folder / "roots.pem"
        authority.cert_pem.write_to_path(self.roots_file)
        credentials = grpc.ssl_server_credentials([
            (
                certificate.private_key_pem.bytes(),
                b"".join(blob.bytes() for blob in certificate.cert_chain_pems),
            )
        ])
        self._server = grpc.server(
            ThreadPoolExecutor(16),
            handlers=[self],
            options=[("grpc.max_receive_message_length", -1), ("grpc.so_reuseport", 0)],
        )
        port = self._server.add_insecure_port("127.0.0.1:0")
        secure_port = self._server.add_secure_port("127.0.0.1:0", credentials)
        self.target, self.secure_target = f"127.0.0.1:{port}", f"localhost:{secure_port}"
        self._server.start()

    def lead_to(self, target: str) -> None:
        """Pass calls on to *target* from now on, without faults, and forget what was seen."""
        if self._channel:
            self._channel.close()
        self._channel = grpc.insecure_channel(
            target, [("grpc.max_receive_message_length", -1), ("grpc.enable_retries", 0)]
        )
        self._faults.clear()
        self.seen.clear()

    def make(self, fault: Fault) -> None:
        """Make *fault* happen to the next calls of its method; forget what was seen of it."""
        self.seen.pop(fault.method, None)
        self._faults.append(fault)

    def stop(self) -> None:
        """Stop at once."""
        self._server.stop(None).wait()
        if self._channel:
            self._channel.close()

    def service(self, handler_call_details: Any) -> grpc.RpcMethodHandler[Any, Any]:
        """Return what answers any method: streams of bytes both ways, which fits all shapes."""
        path = str(handler_call_details.method)

        def answer(requests: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
            yield from self._answer(path, requests, context)

        return grpc.stream_stream_rpc_method_handler(answer)

    def _answer(
        self, path: str, requests: Iterator[bytes], context: grpc.ServicerContext
    ) -> Iterator[bytes]:
        method = path.rpartition("/")[2]
        metadata = {key: str(value) for key, value in context.invocation_metadata()}
        seen = Seen(metadata, context.time_remaining())
        self.seen[method].append(seen)
        context.add_callback(seen.given_up.set)
        fault = self._next_fault(method)
        match fault:
            case None:
                yield from self._passed_on(path, _kept(requests, seen), context)
            case Fault(do="garble"):
                seen.requests.append(next(requests))
                yield from self._passed_on(path, iter([GARBAGE]), context)
            case Fault(do="hang"):
                seen.requests.append(next(requests))
                seen.given_up.wait()
            case Fault(do=do):
                received = list(_kept(requests, seen))
                if do == "lose_reply":
                    list(self._passed_on(path, iter(received), context))
                _end(fault, context)

    def _next_fault(self, method: str) -> Fault | None:
        for fault in self._faults:
            if fault.method == method and fault.times:
                fault.times -= 1
                return fault
        return None

    def _passed_on(
        self, path: str, requests: Iterator[bytes], context: grpc.ServicerContext
    ) -> Iterator[bytes]:
        assert self._channel
        headers = [(k, v) for k, v in context.invocation_metadata() if k not in HOP]
        method: Any = self._channel.stream_stream(path)
        call = method(requests, metadata=headers, timeout=context.time_remaining())
        context.add_callback(call.cancel)
        try:
            yield from call
        except grpc.RpcError:
            context.set_trailing_metadata(call.trailing_metadata())
            context.abort(call.code(), call.details())


def _kept(requests: Iterator[bytes], seen: Seen) -> Iterator[bytes]:
    for request in requests:
        seen.requests.append(request)
        yield request


def _end(fault: Fault, context: grpc.ServicerContext) -> None:
    code = grpc.StatusCode[fault.code]
    trailers: list[tuple[str, str | bytes]] = []
    if fault.reason:
        status = status_pb2.Status(code=code_pb2.Code.Value(fault.code), message="scripted")
        info = error_details_pb2.ErrorInfo(
            reason=fault.reason, domain=fault.domain, metadata={"error_id": "scripted-error"}
        )
        details: list[Any] = [info, error_details_pb2.RequestInfo(request_id="scripted-request")]
        if fault.retry_seconds:
            delay = duration_pb2.Duration()
            delay.FromNanoseconds(int(fault.retry_seconds * 1e9))
            details.append(error_details_pb2.RetryInfo(retry_delay=delay))
        for detail in details:
            packed = any_pb2.Any()
            packed.Pack(detail)
            status.details.append(packed)
        trailers.append(("grpc-status-details-bin", status.SerializeToString()))
    if fault.pushback_ms is not None:
        trailers.append(("grpc-retry-pushback-ms", str(fault.pushback_ms)))
    context.set_trailing_metadata(tuple(trailers))
    context.abort(code, "scripted")
