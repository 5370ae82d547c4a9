"""Chat: recall, stream the model's answer, store both turns exactly once, learn from them.

A call's work runs in a task of its own, which hands over one event after the other: a reader that is slow slows
it down, one that goes away ends it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from memsvc.core.errors import ChatTakenOver
from memsvc.core.model import Caller, RequestKey
from memsvc.usecases.chats.asking import ChatAsk, ChatEvent, Keepalive
from memsvc.usecases.chats.turns import Turns

#: So many events may wait for the reader.
WAITING_MAX: Final = 16

#: Whose call it is, and all that it asks for: another request under the same request_id ends nothing.
_Key: TypeAlias = tuple[str, str, str, bytes]


@dataclass(frozen=True, slots=True)
class _End:
    """What comes after the last event."""

    error: Exception | None = None


@dataclass(slots=True)
class _Work:
    """A call's task, and whether another call of this process took over its turn."""

    task: asyncio.Task[None] | None = None
    taken_over: bool = False


@dataclass(frozen=True, slots=True)
class Chat:
    """Answers users."""

    turns: Turns
    #: A stream is not silent for longer.
    keepalive_seconds: float
    _running: dict[_Key, _Work] = field(default_factory=dict)

    async def __call__(self, caller: Caller, ask: ChatAsk) -> AsyncGenerator[ChatEvent]:
        """Yield what happens, the last event being Done.

        Raises what Turns.take raises. Closing the generator stops the model, and keeps what was said.
        """
        events: asyncio.Queue[ChatEvent | _End] = asyncio.Queue(WAITING_MAX)
        work = _Work()
        task = work.task = asyncio.create_task(self._work(caller, ask, events, work))
        try:
            while True:
                event = await self._next(events)
                if isinstance(event, _End):
                    if event.error is not None:
                        raise event.error
                    return
                yield event
        finally:
            task.cancel()
            await asyncio.wait({task})

    async def _next(self, events: asyncio.Queue[ChatEvent | _End]) -> ChatEvent | _End:
        if not events.empty():
            return events.get_nowait()
        try:
            async with asyncio.timeout(self.keepalive_seconds):
                return await events.get()
        except TimeoutError:
            return Keepalive()

    async def _work(
        self, caller: Caller, ask: ChatAsk, events: asyncio.Queue[ChatEvent | _End], work: _Work
    ) -> None:
        key = None if ask.key is None else _name(caller, ask.key)
        error: Exception | None = None
        try:
            self._take_over(key, work)
            await self.turns.take(caller, ask, events.put)
        except asyncio.CancelledError:
            if not work.taken_over:
                raise
            error = ChatTakenOver(field="request_id")
        except Exception as raised:  # ruff: ignore[blind-except] - handed over to the caller, who judges it
            error = raised
        finally:
            if key is not None and self._running.get(key) is work:
                del self._running[key]
        await events.put(_End(error))

    def _take_over(self, key: _Key | None, work: _Work) -> None:
        """End the call that is at the same turn: its caller has asked anew."""
        if key is None:
            return
        before = self._running.get(key)
        self._running[key] = work
        if before is not None and before.task is not None:
            before.taken_over = True
            before.task.cancel()


def _name(caller: Caller, key: RequestKey) -> _Key:
    return caller.tenant_id, caller.user_id, key.request_id, key.fingerprint
