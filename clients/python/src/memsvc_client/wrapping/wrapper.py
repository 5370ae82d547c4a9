"""Wrapping a provider's client."""

from __future__ import annotations

import inspect
from typing import Any, TypeVar, Unpack, cast

from memsvc_client.client import MemoryClient
from memsvc_client.wrapping.memory import connected
from memsvc_client.wrapping.options import MemoryOptionFields, MemoryOptions, WrapSettings
from memsvc_client.wrapping.proxies import AsyncRememberingClient, RememberingClient

ClientT = TypeVar("ClientT")


def wrap(
    client: ClientT,
    *,
    memory: MemoryClient | str,
    settings: WrapSettings | None = None,
    api_key: str | None = None,
    secure: Any = False,
    **options: Unpack[MemoryOptionFields],
) -> ClientT:
    """Return *client* with a memory: an `openai.OpenAI`, an `openai.AsyncOpenAI`, or what is used alike.

    Its `chat.completions.create` and `responses.create` look for memories of the user's last message,
    give them to the model as a message of their own, and store both turns in the background. Everything
    else is as it was. If the server is not there, is slow, or refuses, the call is passed on as it came,
    at most `settings.recall_seconds` later.

    The result has further `flush(timeout)`, which waits until all turns are stored, and `stats`; its
    `close` closes the memory too. Whose memory it is, is said here, in `with memory_options(...)`, or for
    a single call by `memory_options={...}`.

    Args:
        client: The provider's client.
        memory: A MemoryClient, or the address of a server; the former stays open at the end.
        settings: How patient it is.
        api_key: With an address, an API key or JWT.
        secure: With an address, True for TLS, or credentials of gRPC.
        options: What holds for all calls, see MemoryOptions.

    """
    connection = {
        name: value for name, value in (("api_key", api_key), ("secure", secure)) if value
    }
    kept = connected(memory, MemoryOptions(**options), settings or WrapSettings(), **connection)
    create = inspect.unwrap(cast("Any", client).chat.completions.create)
    kind = AsyncRememberingClient if inspect.iscoroutinefunction(create) else RememberingClient
    return cast("ClientT", kind(client, kept))
