"""A connection to a server from asyncio: its life, and how one call of each shape is made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Generator, Iterable
from contextlib import contextmanager
from types import TracebackType
from typing import Self, TypeVar

import grpc
import grpc.aio
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
from memsvc_client.pagers import AsyncPager, HasNextPage

ItemT = TypeVar("ItemT")
RequestT = TypeVar("RequestT", bound=Message)
ResponseT = TypeVar("ResponseT")
PageT = TypeVar("PageT", bound=HasNextPage)


class AsyncConnection:
    """What AsyncMemoryClient is made of, apart from its methods."""

    def __init__(
        self,
        target: str = DEFAULT_TARGET,
        *,
        api_key: str | None = None,
        secure: bool | grpc.ChannelCredentials = False,
        timeout: float = DEFAULT_TIMEOUT_SECONDS,
        max_message_bytes: int = DEFAULT_MAX_MESSAGE_BYTES,
        metadata: Metadata = (),
        options: ClientOptions[grpc.aio.ClientInterceptor] | None = None,
    ) -> None:
        """Make a client of the server at *target*; it connects with its first call.

        It belongs to the event loop that runs now, and has to be made within one.

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
        self._closed = False
        self._defaults = calls.defaults_of(api_key, timeout, metadata)
        arguments = channel_arguments(max_message_bytes, options.channel_options)
        credentials = channel_credentials(secure=secure)
        if credentials is None:
            self._channel = grpc.aio.insecure_channel(
                target, arguments, interceptors=options.interceptors
            )
        else:
            self._channel = grpc.aio.secure_channel(
                target, credentials, arguments, interceptors=options.interceptors
            )
        self._stub = MemoryServiceStub(self._channel)
        self._job_stub = JobServiceStub(self._channel)
        self._admin_stub = AdminServiceStub(self._channel)
        self._user_stub = UserServiceStub(self._channel)

    async def __aenter__(self) -> Self:
        """Return the client; leaving the block closes it."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the client."""
        await self.close()

    async def close(self) -> None:
        """Close the connection; calls under way raise Cancelled, later ones UsageError."""
        self._closed = True
        await self._channel.close()

    async def wait_until_ready(self, timeout: float | None = None) -> None:  # ruff: ignore[async-function-with-timeout] - a deadline like all others here
        """Wait until the server takes connections; raise Unavailable after *timeout* seconds.

        *timeout* is the client's by default.
        """
        seconds = self._defaults.timeout if timeout is None else timeout
        try:
            async with asyncio.timeout(seconds):
                await self._channel.channel_ready()
        except TimeoutError as error:
            raise errors.not_ready(self._target, seconds) from error

    @contextmanager
    def _until_closed(self) -> Generator[None]:
        try:
            yield
        except asyncio.CancelledError as error:
            raise self._end_of(error) from None

    def _end_of(self, error: asyncio.CancelledError) -> asyncio.CancelledError | errors.Cancelled:
        """Return what a call ends with for which gRPC raised *error*: Cancelled if the client was closed.

        It would else look as if the task that waits had been cancelled, which then ends without a word.
        """
        task = asyncio.current_task()
        if not self._closed or (task is not None and task.cancelling()):
            return error
        return errors.closed()

    async def _unary(
        self,
        method: grpc.aio.UnaryUnaryMultiCallable[RequestT, ResponseT],
        request: RequestT,
        terms: Terms,
    ) -> ResponseT:
        with errors.translated(calls.method_of(request)), self._until_closed():
            return await method(request, timeout=terms.timeout, metadata=terms.metadata)

    async def _stream(
        self,
        method: grpc.aio.UnaryStreamMultiCallable[RequestT, ResponseT],
        request: RequestT,
        terms: Terms,
    ) -> AsyncGenerator[ResponseT, None]:
        call = method(request, timeout=terms.timeout, metadata=terms.metadata)
        try:
            async for response in call:
                yield response
        except asyncio.CancelledError as error:
            raise self._end_of(error) from None
        except grpc.RpcError as error:
            raise errors.error_of(error, calls.method_of(request)) from error
        finally:
            call.cancel()

    async def _upload(
        self,
        method: grpc.aio.StreamUnaryMultiCallable[RequestT, ResponseT],
        name: str,
        requests: AsyncIterable[RequestT] | Iterable[RequestT],
        terms: Terms,
    ) -> ResponseT:
        outgoing = calls.Outgoing()
        watched = outgoing.watch_async(requests)
        try:
            with errors.translated(name), self._until_closed():
                return await method(watched, timeout=terms.timeout, metadata=terms.metadata)
        except (errors.MemsvcError, asyncio.CancelledError):  # gRPC cancels for a failed iterator
            if outgoing.error is not None:
                raise outgoing.error from None
            raise

    def _pager(
        self,
        method: grpc.aio.UnaryUnaryMultiCallable[RequestT, PageT],
        request: RequestT,
        items: Callable[[PageT], Iterable[ItemT]],
        terms: Terms,
    ) -> AsyncPager[ItemT, PageT]:
        async def fetch(token: str) -> PageT:
            return await self._unary(method, calls.at_page(request, token), terms)

        return AsyncPager(fetch, items, calls.page_token_of(request))
