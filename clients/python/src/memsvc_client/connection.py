"""A connection to a server: its life, and how one call of each shape is made."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from types import TracebackType
from typing import Self, TypeVar

import grpc
from google.protobuf.message import Message

from memsvc_client import calls, errors
from memsvc_client._pb.admin_service_pb2_grpc import AdminServiceStub
from memsvc_client._pb.job_service_pb2_grpc import JobServiceStub
from memsvc_client._pb.memory_service_pb2_grpc import MemoryServiceStub
from memsvc_client._pb.user_service_pb2_grpc import UserServiceStub
from memsvc_client.calls import DEFAULT_TIMEOUT_SECONDS, Metadata, Terms
from memsvc_client.channel import (
    DEFAULT_MAX_MESSAGE_BYTES,
    DEFAULT_TARGET,
    ClientOptions,
    channel_arguments,
    channel_credentials,
)
from memsvc_client.pagers import HasNextPage, Pager

SyncInterceptor = (
    grpc.UnaryUnaryClientInterceptor
    | grpc.UnaryStreamClientInterceptor
    | grpc.StreamUnaryClientInterceptor
)

ItemT = TypeVar("ItemT")
RequestT = TypeVar("RequestT", bound=Message)
ResponseT = TypeVar("ResponseT")
PageT = TypeVar("PageT", bound=HasNextPage)


class Connection:
    """What MemoryClient is made of, apart from its methods."""

    def __init__(
        self,
        target: str = DEFAULT_TARGET,
        *,
        api_key: str | None = None,
        secure: bool | grpc.ChannelCredentials = False,
        timeout: float = DEFAULT_TIMEOUT_SECONDS,
        max_message_bytes: int = DEFAULT_MAX_MESSAGE_BYTES,
        metadata: Metadata = (),
        options: ClientOptions[SyncInterceptor] | None = None,
    ) -> None:
        """Make a client of the server at *target*; it connects with its first call.

        Args:
            target: Host and port, or any other name that gRPC resolves.
            api_key: An API key or JWT, sent as `authorization: Bearer ...`.
            secure: True for TLS with the system's root certificates, or credentials of gRPC.
            timeout: How long a call may take, in seconds; streams have 300 s.
            max_message_bytes: The largest answer to take, in bytes.
            metadata: Headers for every call.
            options: What few programs need.

        """
        options = options or ClientOptions()
        self._target = target
        self._defaults = calls.defaults_of(api_key, timeout, metadata)
        arguments = channel_arguments(max_message_bytes, options.channel_options)
        credentials = channel_credentials(secure=secure)
        if credentials is None:
            channel = grpc.insecure_channel(target, arguments)
        else:
            channel = grpc.secure_channel(target, credentials, arguments)
        self._channel = grpc.intercept_channel(channel, *options.interceptors)
        self._stub = MemoryServiceStub(self._channel)
        self._job_stub = JobServiceStub(self._channel)
        self._admin_stub = AdminServiceStub(self._channel)
        self._user_stub = UserServiceStub(self._channel)

    def __enter__(self) -> Self:
        """Return the client; leaving the block closes it."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the client."""
        self.close()

    def close(self) -> None:
        """Close the connection; calls under way raise Cancelled, later ones ValueError."""
        self._channel.close()

    def wait_until_ready(self, timeout: float | None = None) -> None:
        """Wait until the server takes connections; raise Unavailable after *timeout* seconds.

        *timeout* is the client's by default.
        """
        seconds = self._defaults.timeout if timeout is None else timeout
        ready = grpc.channel_ready_future(self._channel)
        try:
            ready.result(timeout=seconds)
        except grpc.FutureTimeoutError as error:
            raise errors.not_ready(self._target, seconds) from error
        finally:
            ready.cancel()

    def _unary(
        self,
        method: grpc.UnaryUnaryMultiCallable[RequestT, ResponseT],
        request: RequestT,
        terms: Terms,
    ) -> ResponseT:
        with errors.translated(calls.method_of(request)):
            return method(request, timeout=terms.timeout, metadata=terms.metadata)

    def _stream(
        self,
        method: grpc.UnaryStreamMultiCallable[RequestT, ResponseT],
        request: RequestT,
        terms: Terms,
    ) -> Generator[ResponseT, None, None]:
        call = method(request, timeout=terms.timeout, metadata=terms.metadata)
        try:
            yield from call
        except grpc.RpcError as error:
            raise errors.error_of(error, calls.method_of(request)) from error
        finally:
            call.cancel()

    def _upload(
        self,
        method: grpc.StreamUnaryMultiCallable[RequestT, ResponseT],
        name: str,
        requests: Iterable[RequestT],
        terms: Terms,
    ) -> ResponseT:
        outgoing = calls.Outgoing()
        watched = outgoing.watch(requests)
        try:
            with errors.translated(name):
                return method(watched, timeout=terms.timeout, metadata=terms.metadata)
        except errors.MemsvcError:
            if outgoing.error is not None:
                raise outgoing.error from None
            raise

    def _pager(
        self,
        method: grpc.UnaryUnaryMultiCallable[RequestT, PageT],
        request: RequestT,
        items: Callable[[PageT], Iterable[ItemT]],
        terms: Terms,
    ) -> Pager[ItemT, PageT]:
        def fetch(token: str) -> PageT:
            return self._unary(method, calls.at_page(request, token), terms)

        return Pager(fetch, items, calls.page_token_of(request))
