"""The memory of a wrapped client: what it asks the server before a call, and tells it after.

Whatever goes wrong here costs the program memories, never an answer, and never more time than it has
allowed.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
import uuid
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from memsvc_client._pb.memory_pb2 import ROLE_ASSISTANT, ROLE_USER, Message
from memsvc_client._pb.memory_service_pb2 import ConsciousRequest, IngestRequest, RecallRequest
from memsvc_client.calls import Terms
from memsvc_client.channel import ClientOptions
from memsvc_client.client import MemoryClient
from memsvc_client.wrapping.breaker import Breaker, Way
from memsvc_client.wrapping.options import MemoryOptions, WrapSettings, options_of
from memsvc_client.wrapping.stats import Counter, WrapStats
from memsvc_client.wrapping.turns import (
    CONTENT_CHARACTERS_MAX,
    Shape,
    call_of,
    is_first_turn,
    is_of_tool,
    is_unanswered,
    last_user_place,
    query_of,
    text_of,
    value_of,
    with_context,
)
from memsvc_client.wrapping.writer import Writer

#: The argument of a call that is ours.
OPTIONS_ARGUMENT: Final = "memory_options"
#: All memories of this process.
_MEMORIES: Final[weakref.WeakSet[WrappedMemory]] = weakref.WeakSet()


@dataclass(frozen=True)
class Turn:
    """A call on its way: what the provider is given, and what is to be remembered of it."""

    options: MemoryOptions
    #: As the caller gave them.
    arguments: dict[str, Any]
    shape: Shape
    messages: list[Any]
    #: Where the user's last message stands; None if there is nothing to remember or recall by.
    place: int | None
    text: str

    @property
    def is_recalled(self) -> bool:
        """Whether memories are looked for."""
        return bool(self.options.user_id and self.options.recall and query_of(self.text))

    @property
    def is_stored(self) -> bool:
        """Whether the user's words are stored: those of a turn that goes on were when it began."""
        if self.place is None or not (self.options.user_id and self.options.store):
            return False
        return is_unanswered(self.messages, self.place) and bool(self.text.strip())

    @property
    def goes_on(self) -> bool:
        """Whether a tool has answered the model: the user's words were stored when the turn began."""
        wanted = self.options.user_id and self.options.store
        return bool(wanted and self.messages and is_of_tool(self.messages[-1]))

    @property
    def is_first(self) -> bool:
        """Whether nobody has answered yet, in what is given or in what the provider has kept."""
        goes_on = bool(self.arguments.get("previous_response_id"))
        return not goes_on and is_first_turn(self.messages)

    def given(self, blocks: list[str]) -> dict[str, Any]:
        """Return the arguments for the provider, with blocks of memories if there are any."""
        if not blocks or self.place is None:
            return self.arguments
        messages = with_context(self.messages, blocks, self.place)
        return {**self.arguments, self.shape.argument: messages}


class _Asked:
    """Calls under way, each to be answered with a context_block."""

    def __init__(self, calls: list[Any]) -> None:
        self._calls = calls

    def blocks(self, seconds: float) -> list[str]:
        """Return the blocks that are not empty; wait *seconds* for all of them together."""
        end = time.monotonic() + seconds
        found = [call.result(timeout=max(end - time.monotonic(), 0.0)) for call in self._calls]
        return [reply.context_block for reply in found if reply.context_block]

    async def settled(self, seconds: float) -> None:
        """Return once all have ended, however that is, or *seconds* are over; no thread waits."""
        loop = asyncio.get_running_loop()
        with suppress(TimeoutError):
            try:
                async with asyncio.timeout(seconds):
                    for call in self._calls:
                        ended: asyncio.Future[None] = loop.create_future()
                        call.add_done_callback(_waking(loop, ended))
                        await ended
            except asyncio.CancelledError:
                self.cancel()
                raise

    def cancel(self) -> None:
        """Give up."""
        for call in self._calls:
            call.cancel()


def _waking(loop: asyncio.AbstractEventLoop, ended: asyncio.Future[None]) -> Callable[[Any], None]:
    def wake() -> None:
        if not ended.done():
            ended.set_result(None)

    def tell(_: Any) -> None:
        # A thread of gRPC tells; the loop may have been closed meanwhile.
        if not loop.is_closed():
            loop.call_soon_threadsafe(wake)

    return tell


class WrappedMemory:
    """Recalls for a call and stores it afterwards; for threads and for asyncio."""

    def __init__(
        self,
        client: MemoryClient,
        options: MemoryOptions,
        settings: WrapSettings,
        connect: Callable[[], MemoryClient] | None = None,
    ) -> None:
        """Ask *client*; with *connect*, which makes another like it, it is closed in the end.

        It connects with the first call. A watcher that has it connect before would be a thread within gRPC,
        with which a process cannot be forked: the child would crash.
        """
        self._options = options
        self._settings = settings
        self._connect = connect
        self._inherited: list[object] = []
        self._begin(client)
        _MEMORIES.add(self)

    def _begin(self, client: MemoryClient | None) -> None:
        self._current = client
        self._connecting = threading.Lock()
        self._counter = Counter()
        self._breaker = Breaker(self._settings.failures_max, self._settings.rest_seconds)
        self._writer = Writer(self._store, self._settings, self._counter)

    def begin_anew(self) -> None:
        """Begin anew in a forked process: what the parent has under way is the parent's.

        Its connection is as well: two processes that write to one would read each other's replies. It is
        not even closed, which would tell the server. Without a way to make another there is no memory here.
        """
        self._writer.abandon()
        self._inherited += [self._current, self._writer]
        self._begin(None)

    @property
    def _client(self) -> MemoryClient:
        with self._connecting:
            if self._current is None:
                if self._connect is None:
                    message = "a MemoryClient serves the process that made it"
                    raise RuntimeError(message)
                self._current = self._connect()
            return self._current

    @property
    def stats(self) -> WrapStats:
        """What was done so far."""
        return self._counter.stats

    def flush(self, timeout: float | None = None) -> bool:
        """Wait until all turns are stored or given up; return whether they are within *timeout* seconds."""
        return self._writer.flush(timeout)

    def close(self, timeout: float | None = 5.0) -> bool:
        """Flush, and store no more; return whether everything was stored or given up in time."""
        done = self._writer.close(timeout)
        if self._connect is not None and self._current is not None:
            self._current.close()
        return done

    def begun(self, shape: Shape, arguments: Mapping[str, Any]) -> Turn:
        """Return a call with these arguments on its way; raise TypeError for options that are none."""
        self._counter.add("calls")
        rest = dict(arguments)
        options = options_of(self._options, rest.pop(OPTIONS_ARGUMENT, None))
        said = rest.get(shape.argument)
        if isinstance(said, Iterator):
            # It can be read only once, and what it raises is the caller's.
            said = rest[shape.argument] = list(said)
        try:
            messages = [] if said is None else shape.messages(said)
            place = last_user_place(messages)
            text = "" if place is None else text_of(value_of(messages[place], "content"))
        except Exception:  # ruff: ignore[blind-except] - the border: the provider is to say what is wrong with it
            self._counter.add("faults")
            return Turn(options, rest, shape, [], None, "")
        if said is not None and not isinstance(said, str | list | tuple):
            # It could be read only once.
            rest[shape.argument] = messages
        return Turn(options, rest, shape, messages, place, text)

    def prepared(self, turn: Turn) -> dict[str, Any]:
        """Return what the provider is to be given; wait for memories as long as is allowed."""
        began = time.monotonic()
        blocks: list[str] = []
        try:
            asked = self._asked(turn)
            if asked is not None:
                blocks = self._answered(asked, self._settings.recall_seconds)
        except Exception:  # ruff: ignore[blind-except] - the border: the program is answered all the same
            self._counter.add("faults")
        self._counter.waited(time.monotonic() - began)
        return self._given(turn, blocks)

    async def aprepared(self, turn: Turn) -> dict[str, Any]:
        """Return the same, without keeping the event loop waiting."""
        began = time.monotonic()
        blocks: list[str] = []
        try:
            asked = self._asked(turn)
            if asked is not None:
                await asked.settled(self._settings.recall_seconds)
                blocks = self._answered(asked, 0.0)
        except Exception:  # ruff: ignore[blind-except] - the border: the program is answered all the same
            self._counter.add("faults")
        self._counter.waited(time.monotonic() - began)
        return self._given(turn, blocks)

    def _asked(self, turn: Turn) -> _Asked | None:
        """Return the calls for a turn's memories; None if none are to be waited for."""
        if not turn.is_recalled:
            return None
        way = self._breaker.way()
        if way is Way.SKIP:
            self._counter.add("recalls_skipped")
            return None
        calls = [self._recall(turn)]
        if way is Way.PROBE:
            calls[0].add_done_callback(self._note_end)
            self._counter.add("recalls_skipped")
            return None
        if turn.options.conscious and turn.is_first:
            calls.insert(0, self._conscious(turn))
        return _Asked(calls)

    def _answered(self, asked: _Asked, seconds: float) -> list[str]:
        try:
            blocks = asked.blocks(seconds)
        except (grpc.RpcError, grpc.FutureTimeoutError, grpc.FutureCancelledError):
            asked.cancel()
            self._breaker.note_failure()
            self._counter.add("recalls_failed")
            return []
        self._breaker.note_success()
        self._counter.add("recalls")
        return blocks

    def _note_end(self, call: Any) -> None:
        """Note how a call ended that nobody waits for."""
        if call.code() is grpc.StatusCode.OK:
            self._breaker.note_success()
        else:
            self._breaker.note_failure(probed=True)

    def _given(self, turn: Turn, blocks: list[str]) -> dict[str, Any]:
        if blocks:
            self._counter.add("contexts")
        return turn.given(blocks)

    def _terms(self) -> Terms:
        return self._client._defaults.terms(self._settings.recall_seconds, ())  # ruff: ignore[private-member-access] - of the same package

    def _recall(self, turn: Turn) -> Any:
        request = RecallRequest(
            user_id=turn.options.user_id,
            query=query_of(turn.text),
            limit=turn.options.limit,
            token_budget=turn.options.token_budget,
        )
        terms = self._terms()
        stub = self._client._stub  # ruff: ignore[private-member-access] - of the same package
        return stub.Recall.future(request, timeout=terms.timeout, metadata=terms.metadata)

    def _conscious(self, turn: Turn) -> Any:
        request = ConsciousRequest(
            user_id=turn.options.user_id, token_budget=turn.options.token_budget
        )
        terms = self._terms()
        stub = self._client._stub  # ruff: ignore[private-member-access] - of the same package
        return stub.Conscious.future(request, timeout=terms.timeout, metadata=terms.metadata)

    def _store(self, turn: IngestRequest) -> object:
        return self._client.ingest(turn, timeout=self._settings.store_seconds)

    def remember(self, turn: Turn, answer: str) -> None:
        """Let a turn be stored: what the user said and, if there is one, the *answer*."""
        try:
            if turn.is_stored:
                self._writer.put(_ingest(turn, answer))
            elif turn.goes_on and answer.strip():
                self._writer.put(_ingest(replace(turn, text=""), answer))
        except Exception:  # ruff: ignore[blind-except] - the border: the program has its answer
            self._counter.add("faults")


def _ingest(turn: Turn, answer: str) -> IngestRequest:
    turn_id = turn.options.turn_id or uuid.uuid4().hex
    now = Timestamp()
    now.GetCurrentTime()
    # A turn with tools has several answers.
    answered = f"assistant-{call_of(turn.messages[-1])}" if turn.goes_on else "assistant"
    said = [(ROLE_USER, turn.text, "user"), (ROLE_ASSISTANT, answer, answered)]
    return IngestRequest(
        user_id=turn.options.user_id,
        conversation_id=turn.options.conversation_id,
        project_id=turn.options.project_id,
        agent_id=turn.options.agent_id,
        messages=[
            Message(
                message_id=f"{turn_id}-{who}",
                role=role,
                content=text[:CONTENT_CHARACTERS_MAX],
                # It may be stored later.
                event_time=now,
            )
            for role, text, who in said
            if text.strip()
        ],
    )


def connected(
    memory: MemoryClient | str,
    options: MemoryOptions,
    settings: WrapSettings,
    **connection: Any,
) -> WrappedMemory:
    """Return the memory on the server of a client, or at an address; raise TypeError for what is neither."""
    if isinstance(memory, MemoryClient):
        if connection:
            message = f"a MemoryClient is connected already, without {', '.join(connection)}"
            raise TypeError(message)
        return WrappedMemory(memory, options, settings)
    if not isinstance(memory, str):
        message = f"the memory is a MemoryClient or an address, not {type(memory).__name__}"
        raise TypeError(message)
    # A recall has no time to be repeated: gRPC would wait for a better moment until its deadline.
    options_of_channel = [
        ("grpc.enable_retries", 0),
        # A forked process would be given its parent's connection, dead, from the common pool.
        ("grpc.use_local_subchannel_pool", 1),
    ]
    own = ClientOptions[Any](channel_options=options_of_channel)
    connect = partial(MemoryClient, memory, options=own, **connection)
    return WrappedMemory(connect(), options, settings, connect)


def _begin_anew() -> None:
    for memory in list(_MEMORIES):
        memory.begin_anew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
