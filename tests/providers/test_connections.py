"""Connections to a provider are used again, as far as it lets us."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Final

import pytest

from memsvc.core.chat import AnswerOptions, ChatTurn
from memsvc.providers.chat_model import ChatModel
from memsvc.providers.dialects import ProviderKind
from memsvc.providers.language_model import ModelLimits
from memsvc.providers.offers import Offer, OfferedModel
from tests.fakes.chat_steps import answering

TURNS: Final = [ChatTurn("user", "Hello")]
HEAD: Final = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
)
LAST: Final = b"0\r\n\r\n"


class Provider:
    """A server that keeps its connections open, and may not end its answers."""

    def __init__(self, *, ends: bool) -> None:
        """Begin without a connection."""
        self.connections = 0
        self._ends = ends

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer whatever is asked on one connection."""
        self.connections += 1
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = head.partition(b"content-length:")[2].split(b"\r\n")[0]
                await reader.readexactly(int(length))
                said = b"".join(answering("I see."))
                writer.write(HEAD + f"{len(said):x}\r\n".encode() + said + b"\r\n")
                await writer.drain()
                if self._ends:
                    writer.write(LAST)
        writer.close()


@asynccontextmanager
async def asking(provider: Provider) -> AsyncGenerator[ChatModel]:
    """Yield a model that asks *provider*."""
    server = await asyncio.start_server(provider.talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    offer = Offer("a-provider", ProviderKind.COMPATIBLE, (OfferedModel("a-model"),))
    model = ChatModel(offer, f"http://127.0.0.1:{port}/v1", "sk", limits=ModelLimits(calls_max=4))
    try:
        yield model
    finally:
        await model.close()
        server.close()


async def answer_of(model: ChatModel) -> str:
    """Return what it says."""
    async with model.answering("a-model", TURNS, AnswerOptions()) as pieces:
        return "".join([piece.text async for piece in pieces])


@pytest.mark.parametrize(("ends", "connections"), [(True, 1), (False, 3)])
async def test_the_next_answer_comes_by_the_same_connection(
    *, ends: bool, connections: int
) -> None:
    """An answer that has come to its end leaves its connection; one whose body does not end loses it soon."""
    provider = Provider(ends=ends)
    async with asking(provider) as model:
        answers = [await answer_of(model) for _ in range(3)]

    assert answers == ["I see."] * 3
    assert provider.connections == connections
