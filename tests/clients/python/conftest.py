"""A scripted server, and a client of either kind."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from memsvc_client import AsyncMemoryClient, MemoryClient
from tests.clients.python.scripted_server import ScriptedServer
from tests.clients.python.twins import Client, Connect, Twin


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """Give a server that answers everything with an empty response."""
    server = ScriptedServer()
    yield server
    server.stop()


@pytest.fixture(params=[MemoryClient, AsyncMemoryClient], ids=["sync", "async"])
async def connect(request: pytest.FixtureRequest, server: ScriptedServer) -> AsyncIterator[Connect]:
    """Give what makes clients of the server, of either kind; they are closed in the end."""
    twins: list[Twin] = []

    def make(target: str = server.target, **settings: Any) -> Twin:
        client: Client = request.param(target, **settings)
        twins.append(Twin(client))
        return twins[-1]

    yield make
    for twin in twins:
        await twin.call("close")


@pytest.fixture
async def twin(connect: Connect) -> Twin:  # ruff: ignore[unused-async] - in the loop that the client takes
    """Give a client of the server, with all defaults."""
    return connect()
