"""How a verb reaches the server: one channel, and the credential that goes with every call."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Final

import grpc
import typer

from memsvc.v1.memory_service_pb2_grpc import MemoryServiceStub
from memsvc.v1.user_service_pb2_grpc import UserServiceStub

#: A server on this machine with its default port.
DEFAULT_TARGET: Final = "127.0.0.1:50051"

TargetOption = Annotated[str, typer.Option(metavar="HOST:PORT", help="The server.")]
ApiKeyOption = Annotated[
    str, typer.Option(envvar="MEMSVC_API_KEY", show_default=False, help="The credential.")
]
TlsOption = Annotated[bool, typer.Option("--tls", help="Use TLS, with the system's roots.")]

_ARGUMENTS: Final = (
    # A verb may wait long for one answer: notice when nobody is there any more.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    # Who calls again has waited already: connect again then, and not much later.
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.min_reconnect_backoff_ms", 2_000),
    ("grpc.max_reconnect_backoff_ms", 2_000),
)


class CredentialUnusable(Exception):
    """The API key holds characters that cannot be sent."""

    def __init__(self) -> None:
        """Say so, without showing it."""
        super().__init__("The API key has to be printable ASCII.")


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Which server to talk to, and as whom."""

    target: str = DEFAULT_TARGET
    #: Empty for a server without credentials.
    api_key: str = field(default="", repr=False)
    tls: bool = False


@dataclass(frozen=True, slots=True)
class Connection:
    """The server's methods, and the metadata to give to every call of them."""

    stub: MemoryServiceStub
    users: UserServiceStub
    metadata: tuple[tuple[str, str], ...]


@contextmanager
def connected(address: ServerAddress) -> Generator[Connection]:
    """Open a channel to *address*, which connects with its first call, and close it in the end.

    Raise CredentialUnusable for a key that gRPC would not send.
    """
    key = address.api_key.strip()
    if not (key.isascii() and key.isprintable()):
        raise CredentialUnusable
    metadata = (("authorization", f"Bearer {key}"),) if key else ()
    if address.tls:
        credentials = grpc.ssl_channel_credentials()
        channel = grpc.secure_channel(address.target, credentials, _ARGUMENTS)
    else:
        channel = grpc.insecure_channel(address.target, _ARGUMENTS)
    with channel:
        yield Connection(MemoryServiceStub(channel), UserServiceStub(channel), metadata)
