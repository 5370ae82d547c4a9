"""How a client reaches its server: channel options, credentials and the service config."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final, Generic, TypeVar

import grpc

#: A server on this machine with its default port.
DEFAULT_TARGET: Final = "127.0.0.1:50051"
#: The largest answer taken, in bytes; the default of gRPC and of the server.
DEFAULT_MAX_MESSAGE_BYTES: Final = 4 * 1024 * 1024
#: What a request takes up in the buffer beside its bytes: headers and frames.
RETRY_BUFFER_SLACK_BYTES: Final = 64 * 1024

InterceptorT_co = TypeVar("InterceptorT_co", covariant=True)


@dataclass(frozen=True)
class ClientOptions(Generic[InterceptorT_co]):
    """What few programs need: options of the gRPC channel and interceptors.

    *channel_options* are gRPC channel arguments; they replace the client's own of the same name.
    *interceptors* are those of `grpc` for a MemoryClient and those of `grpc.aio` for an
    AsyncMemoryClient; the first is the outermost.
    """

    channel_options: Sequence[tuple[str, Any]] = ()
    interceptors: Sequence[InterceptorT_co] = ()


def service_config() -> str:
    """Return the service config for the channel: which calls are retried, and how.

    The timeouts of the file are left out. gRPC takes the lesser of the file's and the call's, so
    that a caller could never ask for more; and it counts the file's up to a second short
    (https://github.com/grpc/grpc/issues/34547). Every call here carries a deadline of its own.
    """
    text = resources.files(__package__).joinpath("service_config.json").read_text("utf-8")
    config = json.loads(text)
    for method in config["methodConfig"]:
        method.pop("timeout", None)
    return json.dumps(config)


def channel_arguments(
    max_message_bytes: int, channel_options: Sequence[tuple[str, Any]]
) -> list[tuple[str, Any]]:
    """Return the gRPC channel arguments; *channel_options* replace the client's own."""
    arguments: dict[str, Any] = {
        "grpc.service_config": service_config(),
        "grpc.max_receive_message_length": max_message_bytes,
        # What is kept of a request for the case that it has to be repeated; by default 256 KiB, and a
        # larger one is not retried. A request may be as large as an answer.
        "grpc.per_rpc_retry_buffer_size": max_message_bytes + RETRY_BUFFER_SLACK_BYTES,
        "grpc.keepalive_time_ms": 60_000,
        "grpc.keepalive_timeout_ms": 20_000,
        "grpc.keepalive_permit_without_calls": 0,
        "grpc.initial_reconnect_backoff_ms": 200,
        # In spite of its name also the time that one attempt to connect may take. With 200 ms, a
        # handshake of 450 ms (TLS across an ocean) never succeeds within a call's four attempts.
        "grpc.min_reconnect_backoff_ms": 2_000,
        "grpc.max_reconnect_backoff_ms": 2_000,
    }
    return list((arguments | dict(channel_options)).items())


def channel_credentials(
    *, secure: bool | grpc.ChannelCredentials
) -> grpc.ChannelCredentials | None:
    """Return the TLS credentials, those of the system's roots for True; None for plaintext."""
    if secure is True:
        return grpc.ssl_channel_credentials()
    return secure or None
