"""One speaker's answer: what stands in its way and what does not."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

from memsvc.core.chat import AnswerOptions, AnswerPiece, CacheMode, FinishReason
from memsvc.core.errors import WriteConflict
from memsvc.usecases.chats.asking import Answer, Delta
from memsvc.usecases.chats.speaking import Speaking


class _BrokenCache:
    """A cache whose database is not there."""

    async def get(self, *_: Any) -> None:
        """Fail."""
        raise WriteConflict

    async def put(self, *_: Any) -> None:
        """Fail."""
        raise WriteConflict


class _Provider:
    """A provider that says a word."""

    offer = SimpleNamespace(name="first")

    @asynccontextmanager
    async def answering(self, *_: Any) -> AsyncGenerator[AsyncIterator[AnswerPiece]]:
        """Yield the word."""

        async def pieces() -> AsyncGenerator[AnswerPiece]:  # ruff: ignore[unused-async] - read with async for
            yield AnswerPiece("Tea.", finish=FinishReason.STOP)

        yield pieces()


async def test_a_cache_that_fails_costs_no_answer() -> None:
    """Whether it is read or written: the model is asked, and its answer is told."""
    model = SimpleNamespace(name="small", cost=lambda _: None)
    candidate: Any = SimpleNamespace(provider=_Provider(), model=model)
    ask: Any = SimpleNamespace(user_id="ana", cache_mode=CacheMode.USE)
    caller: Any = SimpleNamespace(tenant_id="acme")
    prompt: Any = SimpleNamespace(turns=[], identity={})
    cache: Any = _BrokenCache()
    told: list[Any] = []

    async def put(event: Any) -> None:  # ruff: ignore[unused-async] - awaited by its caller
        told.append(event)

    answer = Answer()
    await Speaking(cache).speak(caller, ask, [candidate], prompt, AnswerOptions(), answer, put)

    assert told == [Delta("Tea.")]
    assert answer.finish is FinishReason.STOP
