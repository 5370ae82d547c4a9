"""Wrapped clients at the edges: what programs do with a provider's client beside calling it."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import openai
import pytest

from memsvc_client import (
    ConsciousResponse,
    IngestResponse,
    RecallResponse,
    WrapSettings,
    wrap,
)
from memsvc_client.wrapping import writer
from memsvc_client.wrapping.breaker import Breaker, Way
from tests.clients.python.scripted_server import ScriptedServer
from tests.fakes.model_server import FakeModel, saying
from tests.support.waiting import until

MODEL = "some-model"
PATIENT = WrapSettings(recall_seconds=5.0, exit_seconds=0.0)
QUESTION = [{"role": "user", "content": "Where do I live?"}]
PATIENCE_SECONDS = 10.0


@pytest.fixture
def model() -> Iterator[FakeModel]:
    """A provider that always says the same."""
    with FakeModel() as fake:
        fake.step = saying("You live in Porto, dear.")
        yield fake


@pytest.fixture
def remembering(server: ScriptedServer) -> ScriptedServer:
    """A server of memories that has some."""
    server.scripts["Recall"] = lambda *_: RecallResponse(context_block="Porto")
    server.scripts["Conscious"] = lambda *_: ConsciousResponse(context_block="Ana")
    return server


@pytest.fixture
def client(remembering: ScriptedServer, model: FakeModel) -> Iterator[Any]:
    """A wrapped client."""
    inner = openai.OpenAI(base_url=model.base_url, api_key="k", max_retries=0)
    made = wrap(inner, memory=remembering.target, settings=PATIENT, user_id="ana")
    yield made
    made.close()


def stored(server: ScriptedServer) -> list[list[str]]:
    """Return the texts of each turn that was stored."""
    turns = [call.request for call in server.received if call.method == "Ingest"]
    return [[message.content for message in turn.messages] for turn in turns]


def test_what_is_set_is_the_providers(client: Any, model: FakeModel) -> None:
    """A key that is renewed on the wrapped client is the one that calls are made with."""
    client.api_key = "renewed"
    client.chat.completions.create(model=MODEL, messages=QUESTION)

    assert model.requests[0].headers["authorization"] == "Bearer renewed"
    assert client.api_key == "renewed"
    with pytest.raises(AttributeError):
        client.chat.completions.create = None


def test_what_the_callers_messages_raise_is_the_callers(client: Any, model: FakeModel) -> None:
    """As without the wrapper: the provider is not asked with the half of them."""

    def messages() -> Iterator[Any]:
        yield QUESTION[0]
        message = "not there"
        raise LookupError(message)

    with pytest.raises(LookupError, match="not there"):
        client.chat.completions.create(model=MODEL, messages=messages())
    assert model.requests == []


def test_messages_that_come_once_reach_the_provider(client: Any, model: FakeModel) -> None:
    """Even if the wrapper finds one of them unreadable."""

    class Unreadable(dict[str, Any]):  # ruff: ignore[subclass-builtin] - what is sent as JSON
        def get(self, *_: Any) -> Any:
            raise RuntimeError

    client.chat.completions.create(model=MODEL, messages=iter([Unreadable(QUESTION[0])]))

    assert model.requests[0].body["messages"] == QUESTION


def test_an_operators_word_behind_the_question_is_no_answer(
    client: Any, remembering: ScriptedServer
) -> None:
    """A turn whose last message is the system's or the developer's is stored as any other."""
    for role in ("system", "developer"):
        messages = [*QUESTION, {"role": role, "content": "Be brief."}]
        client.chat.completions.create(model=MODEL, messages=messages)
    assert client.flush(PATIENCE_SECONDS)

    assert stored(remembering) == [["Where do I live?", "You live in Porto, dear."]] * 2


def provider(create: Any, close: Any = lambda: None) -> Any:
    """Return an object with the interface of a provider's client."""
    completions = SimpleNamespace(create=create)
    return SimpleNamespace(
        chat=SimpleNamespace(completions=completions),
        responses=SimpleNamespace(create=create),
        close=close,
    )


def test_the_essentials_come_once_in_a_conversation_that_the_provider_keeps(
    remembering: ScriptedServer,
) -> None:
    """A response that goes on with another one is no first turn, though its input looks like one."""
    inner = provider(lambda **_: SimpleNamespace(output_text="Hello."))
    client = wrap(inner, memory=remembering.target, settings=PATIENT, user_id="ana")
    client.responses.create(model=MODEL, input="Hello.")
    client.responses.create(model=MODEL, input="And now?", previous_response_id="r1")
    client.close()

    methods = [call.method for call in remembering.received]
    assert (methods.count("Recall"), methods.count("Conscious")) == (2, 1)


def test_a_turn_with_tools_is_stored_whole(remembering: ScriptedServer) -> None:
    """Its words once and each of its answers, under ids of their own; called again with its id, no others."""
    inner = provider(lambda **_: SimpleNamespace(output_text="Let me see."))
    client = wrap(inner, memory=remembering.target, settings=PATIENT, user_id="ana", turn_id="t")
    outputs = [
        {"type": "function_call_output", "call_id": name, "output": "12 degrees"} for name in "ab"
    ]
    for _ in range(2):
        client.responses.create(model=MODEL, input="Is it warm?")
        for output in outputs:
            client.responses.create(model=MODEL, input=[output], previous_response_id="r1")
    client.close()

    turns = [call.request for call in remembering.received if call.method == "Ingest"]
    ids = [[message.message_id for message in turn.messages] for turn in turns]
    assert ids == [["t-user", "t-assistant"], ["t-assistant-a"], ["t-assistant-b"]] * 2


def test_calls_that_fail_at_once_make_the_rest_no_longer() -> None:
    """The rest is doubled by probes that fail, not by each call that was under way when it opened."""
    now = [0.0]
    breaker = Breaker(3, 1.0, lambda: now[0])
    ways = [breaker.way() for _ in range(20)]
    assert set(ways) == {Way.ASK}
    for _ in ways:
        breaker.note_failure()

    now[0] = 1.0
    assert breaker.way() is Way.PROBE


class _Endless:
    """A stream that says two pieces, and nothing more."""

    def __init__(self) -> None:
        self.silent = asyncio.Event()
        self._pieces = iter(["In ", "Porto"])

    def __aiter__(self) -> _Endless:
        return self

    async def __anext__(self) -> Any:
        if (piece := next(self._pieces, None)) is None:
            self.silent.set()
            await asyncio.Event().wait()
        delta = SimpleNamespace(content=piece)
        return SimpleNamespace(choices=[SimpleNamespace(index=0, delta=delta)])

    async def close(self) -> None:
        """End."""


async def test_a_stream_whose_reader_is_cancelled_is_stored_as_far_as_it_came(
    remembering: ScriptedServer,
) -> None:
    """As one that is left in any other way: the user has read so much of it."""
    pieces = _Endless()

    async def create(**_: Any) -> Any:  # ruff: ignore[unused-async] - awaited by its callers
        return pieces

    async def close() -> None:
        """End."""

    inner = provider(create, close)
    client = wrap(inner, memory=remembering.target, settings=PATIENT, user_id="ana")

    async def read() -> None:
        stream = await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
        try:
            async for _ in stream:
                pass
        finally:
            await stream.close()

    reading = asyncio.create_task(read())
    await asyncio.wait_for(pieces.silent.wait(), PATIENCE_SECONDS)
    reading.cancel()
    await asyncio.wait({reading})
    assert await client.flush(PATIENCE_SECONDS)
    await client.close()

    assert stored(remembering) == [["Where do I live?", "In Porto"]]


async def test_the_provider_is_closed_though_closing_the_memory_is_cancelled(
    remembering: ScriptedServer,
) -> None:
    """A task that is cancelled while turns are being stored leaves no connection to the provider open."""
    arrived, release, closed = threading.Event(), threading.Event(), asyncio.Event()

    def slow(*_: Any) -> IngestResponse:
        arrived.set()
        release.wait(PATIENCE_SECONDS)
        return IngestResponse()

    async def create(**_: Any) -> Any:  # ruff: ignore[unused-async] - awaited by its callers
        return SimpleNamespace(choices=[])

    async def close() -> None:  # ruff: ignore[unused-async] - awaited by its callers
        closed.set()

    remembering.scripts["Ingest"] = slow
    inner = provider(create, close)
    client = wrap(inner, memory=remembering.target, settings=PATIENT, user_id="ana")
    await client.chat.completions.create(model=MODEL, messages=QUESTION)
    assert await asyncio.to_thread(arrived.wait, PATIENCE_SECONDS)
    closing = asyncio.create_task(client.close(PATIENCE_SECONDS))
    assert await asyncio.to_thread(client.memory._writer._closing.wait, PATIENCE_SECONDS)
    closing.cancel()
    await asyncio.wait({closing})
    release.set()

    assert closing.cancelled()
    assert closed.is_set()


def _rested(client: Any) -> None:
    """Wait until a client has no thread."""
    until(lambda: client.memory._writer._thread is None)


def test_a_client_that_is_let_go_holds_nothing(
    remembering: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made for a request and forgotten without a close: its thread ends, and its memory goes."""
    monkeypatch.setattr(writer, "IDLE_SECONDS", 0.01)
    inner = provider(lambda **_: SimpleNamespace(choices=[]))
    client: Any = wrap(inner, memory=remembering.target, settings=PATIENT, user_id="ana")
    for _ in range(2):
        client.chat.completions.create(model=MODEL, messages=QUESTION)
        assert client.flush(PATIENCE_SECONDS)
        _rested(client)
    left = weakref.ref(client.memory)
    del client

    until(lambda: gc.collect() >= 0 and left() is None)
    assert len(stored(remembering)) == 2


#: Wraps, is used or not, and forks while a thread of its own holds every lock; the child is a worker.
_FORKING = """
import os, sys, signal, threading
import openai
from memsvc_client import WrapSettings, wrap

target, base_url, used = sys.argv[1:]
inner = openai.OpenAI(base_url=base_url, api_key="k", max_retries=0)
settings = WrapSettings(recall_seconds=5.0)
client = wrap(inner, memory=target, settings=settings, user_id="ana")
writer = client.memory._writer

def said(text):
    messages = [{"role": "user", "content": text}]
    return client.chat.completions.create(model="m", messages=messages).choices[0].message.content

held, release = threading.Event(), threading.Event()

def hold():
    with writer._lock, writer._settled, writer._counter._lock:
        writer._unsettled += 1
        held.set()
        release.wait()

if used == "used":
    said("Before.")
    client.flush(10.0)
holder = threading.Thread(target=hold)
holder.start()
held.wait()
child = os.fork()
if child == 0:
    signal.alarm(20)
    assert said("In the child.") == "You live in Porto, dear."
    assert client.flush(10.0)
    assert (client.stats.contexts, client.stats.turns_stored) == (1, 1), client.stats
    os._exit(0)
release.set()
holder.join()
writer._unsettled -= 1
code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
said("In the parent.")
client.close()
sys.exit(code)
"""


@pytest.mark.parametrize("used", ["new", "used"])
def test_a_process_that_forks_has_answers_and_memories_in_both(
    remembering: ScriptedServer, model: FakeModel, used: str
) -> None:
    """Wrapped before a server forks its workers: each has a connection of its own, and none crashes."""
    remembering.scripts["Ingest"] = lambda *_: IngestResponse()
    # The server's package turns this off, for the tests as well; a program has what gRPC sets out with.
    environment = {k: v for k, v in os.environ.items() if k != "GRPC_ENABLE_FORK_SUPPORT"}
    done = subprocess.run(
        [sys.executable, "-c", _FORKING, remembering.target, model.base_url, used],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=environment,
    )

    assert done.returncode == 0, done.stderr
    asked = [texts[0] for texts in stored(remembering)]
    assert sorted(asked) == sorted([
        *["Before."][: used == "used"],
        "In the child.",
        "In the parent.",
    ])
