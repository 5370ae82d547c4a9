"""What all calls have in common: their request, their metadata and their deadline."""

from __future__ import annotations

import uuid
from collections.abc import (
    AsyncIterable,
    AsyncIterator,
    Callable,
    Generator,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar, cast

from google.protobuf.message import Message

#: Pairs of a key and its value; bytes for a key that ends in "-bin".
Metadata = Sequence[tuple[str, str | bytes]]

#: How long a call may take by default, in seconds.
DEFAULT_TIMEOUT_SECONDS: Final = 10.0
#: How long a stream may take by default, in seconds: a Chat, a WatchJob, an IngestStream, an export or import.
STREAM_TIMEOUT_SECONDS: Final = 300.0

RequestT = TypeVar("RequestT", bound=Message)
ItemT = TypeVar("ItemT")

_context_metadata: ContextVar[Metadata] = ContextVar("memsvc_client_metadata", default=())


@contextmanager
def with_metadata(metadata: Metadata) -> Generator[None]:
    """Send *metadata* with every call that is made within the `with` block.

    It holds for all clients, and for this thread or asyncio task and what it starts. Keys of an
    inner block replace those of an outer one and of the client; keys given to a call replace both.
    A pager, a chat or a watch counts as made where its method is called, not where it is iterated.
    """
    token = _context_metadata.set(merge_metadata(_context_metadata.get(), metadata))
    try:
        yield
    finally:
        _context_metadata.reset(token)


def merge_metadata(*layers: Metadata) -> tuple[tuple[str, str | bytes], ...]:
    """Return the *layers* as one, with keys in lower case; keys of later ones replace earlier."""
    merged: dict[str, list[str | bytes]] = {}
    for layer in layers:
        values: dict[str, list[str | bytes]] = {}
        for key, value in layer:
            values.setdefault(key.lower(), []).append(value)
        merged |= values
    return tuple((key, value) for key, values in merged.items() for value in values)


@dataclass(frozen=True)
class Terms:
    """On which terms one call is made: its time in seconds, and its metadata."""

    timeout: float
    metadata: tuple[tuple[str, str | bytes], ...]


@dataclass(frozen=True)
class Defaults:
    """What a client gives to each of its calls."""

    timeout: float
    metadata: Metadata

    def terms(self, timeout: float | None, metadata: Metadata) -> Terms:
        """Return the terms of a unary call; None as *timeout* means the client's."""
        return self._terms(self.timeout if timeout is None else timeout, metadata)

    def stream_terms(self, timeout: float | None, metadata: Metadata) -> Terms:
        """Return the terms of a stream; None as *timeout* means STREAM_TIMEOUT_SECONDS."""
        return self._terms(STREAM_TIMEOUT_SECONDS if timeout is None else timeout, metadata)

    def _terms(self, timeout: float, metadata: Metadata) -> Terms:
        return Terms(timeout, merge_metadata(self.metadata, _context_metadata.get(), metadata))


def defaults_of(api_key: str | None, timeout: float, metadata: Metadata) -> Defaults:
    """Return the defaults of a client; *api_key* becomes the authorization header."""
    credential = (("authorization", f"Bearer {api_key}"),) if api_key else ()
    return Defaults(timeout, merge_metadata(credential, metadata))


class _Repeatable(Protocol):
    request_id: str


def build(kind: type[RequestT], request: RequestT | None, fields: Mapping[str, object]) -> RequestT:
    """Return a request of *kind*: a copy of *request*, or made of *fields*, with a request_id.

    Raises TypeError if both are given, or if *request* is of another kind.
    """
    if request is not None and fields:
        message = f"give either a {kind.__name__} or its fields, not both"
        raise TypeError(message)
    make: Callable[..., RequestT] = kind
    built = make(**fields)
    if request is not None:
        built.CopyFrom(request)
    return identified(built)


def identified(request: RequestT) -> RequestT:
    """Return *request*, or a copy of it with a random request_id if it may carry one and has none.

    gRPC repeats the same bytes when it retries, and the server then answers a repeated write
    without repeating it.
    """
    if "request_id" not in request.DESCRIPTOR.fields_by_name:
        return request
    if cast("_Repeatable", request).request_id:
        return request
    copy = type(request)()
    copy.CopyFrom(request)
    cast("_Repeatable", copy).request_id = str(uuid.uuid4())
    return copy


class _Paged(Protocol):
    page_token: str


def page_token_of(request: Message) -> str:
    """Return where the first page of *request* begins; empty for the beginning."""
    return cast("_Paged", request).page_token


def at_page(request: RequestT, token: str) -> RequestT:
    """Return a copy of *request* for the page that begins at *token*."""
    copy = type(request)()
    copy.CopyFrom(request)
    cast("_Paged", copy).page_token = token
    return copy


def method_of(request: Message) -> str:
    """Return the name of the method that takes *request*: RecallRequest belongs to Recall."""
    name: str = request.DESCRIPTOR.name
    return name.removesuffix("Request")


class Outgoing:
    """What the caller streams to the server, and what went wrong in making it.

    gRPC hides an exception of the iterator behind a status of the call; *error* keeps it, so that
    the caller sees their own mistake.
    """

    def __init__(self) -> None:
        """Begin with nothing having gone wrong."""
        self.error: Exception | None = None

    def watch(self, items: Iterable[ItemT]) -> Iterator[ItemT]:
        """Yield *items*; remember what they raise."""
        try:
            yield from items
        except Exception as error:
            self.error = error
            raise

    async def watch_async(
        self, items: AsyncIterable[ItemT] | Iterable[ItemT]
    ) -> AsyncIterator[ItemT]:
        """Yield *items* of either kind; remember what they raise."""
        try:
            if isinstance(items, AsyncIterable):
                async for item in items:
                    yield item
            else:
                for item in items:
                    yield item
        except Exception as error:
            self.error = error
            raise
