"""Wrapped clients of a provider: they remember, they change nothing, and no memory costs an answer."""

from __future__ import annotations

import asyncio
import copy
import inspect
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import grpc
import openai
import pytest

import memsvc_client
from memsvc_client import (
    ConsciousResponse,
    MemoryClient,
    RecallResponse,
    WrapSettings,
    memory_of,
    memory_options,
    wrap,
)
from memsvc_client.wrapping.breaker import Breaker, Way
from memsvc_client.wrapping.turns import query_of, text_of
from tests.clients.python.scripted_server import ScriptedServer, failing
from tests.fakes import model_server
from tests.fakes.model_server import FakeModel, saying
from tests.support.server import ServerProcess
from tests.support.waiting import until

MODEL = "some-model"
BLOCK = "<memories m1>\nThe user lives in Porto.\n</memories m1>"
ESSENTIALS = "<memories m2>\nThe user is called Ana.\n</memories m2>"
QUESTION = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Hello."},
    {"role": "assistant", "content": "Hello."},
    {"role": "user", "content": "Where do I live?"},
]
#: Longer than any wait should be on a busy machine, and far shorter than a wait without a bound.
PATIENCE_SECONDS = 3.0


class Asked:
    """A wrapped client of either kind, called alike."""

    def __init__(self, client: Any) -> None:
        """Call *client*."""
        self.client = client

    async def settle(self, result: Any) -> Any:
        """Return what a call of either kind returns."""
        return await result if inspect.isawaitable(result) else result

    async def create(self, messages: Any = None, **more: Any) -> Any:
        """Ask the model."""
        given = {"model": MODEL, "messages": QUESTION if messages is None else messages, **more}
        return await self.settle(self.client.chat.completions.create(**given))

    async def said(self, messages: Any = None, **more: Any) -> str:
        """Return what the model says."""
        answer = await self.create(messages, **more)
        return str(answer.choices[0].message.content)

    async def pieces(self, stream: Any, most: int = 1000) -> list[str]:
        """Return the pieces of a stream, or the first so many."""
        found: list[str] = []
        if hasattr(stream, "__anext__"):
            while len(found) < most and (piece := await anext(stream, None)) is not None:
                found.append(piece.choices[0].delta.content or "")
            return found
        while len(found) < most and (piece := next(stream, None)) is not None:
            found.append(piece.choices[0].delta.content or "")
        return found

    async def flush(self) -> bool:
        """Wait until everything is stored."""
        return bool(await self.settle(self.client.flush(10.0)))


Make = Callable[..., Asked]


@pytest.fixture
def model() -> Iterator[FakeModel]:
    """A provider that always says the same."""
    with FakeModel() as fake:
        fake.step = saying("You live in Porto, dear.")
        yield fake


@pytest.fixture(params=[openai.OpenAI, openai.AsyncOpenAI], ids=["sync", "async"])
async def wrapped(
    request: pytest.FixtureRequest, server: ScriptedServer, model: FakeModel
) -> AsyncIterator[Make]:
    """What makes wrapped clients of either kind; they are closed in the end."""
    made: list[Asked] = []

    def make(memory: Any = None, *, settings: WrapSettings | None = None, **options: Any) -> Asked:
        client = request.param(base_url=model.base_url, api_key="k", max_retries=0)
        given = {"user_id": "ana", "conversation_id": "c", **options}
        memory = server.target if memory is None else memory
        made.append(Asked(wrap(client, memory=memory, settings=settings or PATIENT, **given)))
        return made[-1]

    yield make
    for one in made:
        await one.settle(one.client.close(0.2))


#: On a busy machine a recall that takes part in a test of something else may take its time.
PATIENT = WrapSettings(recall_seconds=5.0, exit_seconds=0.0)


@pytest.fixture
def remembering(server: ScriptedServer) -> ScriptedServer:
    """A server of memories that has some."""
    server.scripts["Recall"] = lambda *_: RecallResponse(context_block=BLOCK)
    server.scripts["Conscious"] = lambda *_: ConsciousResponse(context_block=ESSENTIALS)
    return server


def requests(server: ScriptedServer, method: str) -> list[Any]:
    """Return what a method was asked."""
    return [call.request for call in server.received if call.method == method]


def stored(server: ScriptedServer) -> list[list[tuple[int, str]]]:
    """Return role and text of the messages of each turn that was stored."""
    return [[(m.role, m.content) for m in turn.messages] for turn in requests(server, "Ingest")]


async def test_memories_stand_before_the_question(
    wrapped: Make, remembering: ScriptedServer, model: FakeModel
) -> None:
    """The model is given them as a user's message; the caller's list and its parts stay as they were."""
    messages = copy.deepcopy(QUESTION)
    answer = await wrapped().said(messages)

    assert answer == "You live in Porto, dear."
    assert messages == QUESTION
    sent = model.requests[0].body["messages"]
    assert [*sent[:3], *sent[4:]] == QUESTION
    assert sent[3] == {"role": "user", "content": BLOCK}
    recall = requests(remembering, "Recall")[0]
    assert (recall.user_id, recall.query) == ("ana", "Where do I live?")


async def test_both_turns_are_stored_after_the_answer(
    wrapped: Make, remembering: ScriptedServer
) -> None:
    """What the user said and what was answered, under ids of their own, without the memories between."""
    asked = wrapped(project_id="p", agent_id="coach")
    await asked.said()
    assert await asked.flush()

    turn = requests(remembering, "Ingest")[0]
    assert stored(remembering) == [[(1, "Where do I live?"), (2, "You live in Porto, dear.")]]
    assert (turn.user_id, turn.conversation_id) == ("ana", "c")
    assert (turn.project_id, turn.agent_id) == ("p", "coach")
    assert len({message.message_id for message in turn.messages}) == 2
    assert all(message.HasField("event_time") for message in turn.messages)
    stats = asked.client.stats
    assert (stats.calls, stats.recalls, stats.contexts) == (1, 1, 1)
    assert (stats.turns_queued, stats.turns_stored) == (1, 1)


async def test_the_essentials_come_with_the_first_turn(
    wrapped: Make, remembering: ScriptedServer, model: FakeModel
) -> None:
    """Before anybody has answered the model is given what to know at the start as well, once."""
    asked = wrapped()
    await asked.said(QUESTION[:2])
    await asked.said()

    first, second = (call.body["messages"] for call in model.requests)
    assert first[1]["content"] == f"{ESSENTIALS}\n\n{BLOCK}"
    assert second[3]["content"] == BLOCK
    assert len(requests(remembering, "Conscious")) == 1


async def test_without_memories_the_call_is_as_it_was(
    wrapped: Make, server: ScriptedServer, model: FakeModel
) -> None:
    """If nothing is found, nothing is put between."""
    await wrapped().said()

    assert model.requests[0].body["messages"] == QUESTION


async def test_a_stream_comes_piece_by_piece(
    wrapped: Make, remembering: ScriptedServer, model: FakeModel
) -> None:
    """Its pieces are the provider's own; in the end the whole answer is stored, once."""
    asked = wrapped()
    stream = await asked.create(stream=True)
    pieces = await asked.pieces(stream)
    await asked.settle(stream.close())
    assert await asked.flush()

    assert [piece for piece in pieces if piece] == ["You live", " in Port", "o, dear."]
    assert stored(remembering)[0][1] == (2, "You live in Porto, dear.")
    assert len(stored(remembering)) == 1
    assert model.requests[0].body["messages"][3]["content"] == BLOCK


@pytest.mark.parametrize("way", ["close", "with", "drop"])
async def test_a_stream_that_is_left_early_is_stored_as_far_as_it_came(
    wrapped: Make, server: ScriptedServer, way: str
) -> None:
    """Closed, left or let go: the user's words and the pieces that were read are kept."""
    asked = wrapped()
    stream = await asked.create(stream=True)
    read = await asked.pieces(stream, 2)
    if way == "close":
        await asked.settle(stream.close())
    elif way == "with" and hasattr(stream, "__aexit__"):
        async with stream:
            pass
    elif way == "with":
        with stream:
            pass
    else:
        inner = stream._wrapped
        del stream
        await asked.settle(inner.close())
    assert await asked.flush()

    assert stored(server) == [[(1, "Where do I live?"), (2, "".join(read))]]


async def test_the_providers_errors_are_the_callers(
    wrapped: Make, remembering: ScriptedServer, model: FakeModel
) -> None:
    """An exception passes as it is, and of a call without an answer nothing is stored."""
    model.script.append(model_server.failing(429))
    asked = wrapped()
    with pytest.raises(openai.RateLimitError):
        await asked.said()
    with pytest.raises(TypeError, match="messages"):
        await asked.settle(asked.client.chat.completions.create(model=MODEL))

    assert await asked.flush()
    assert stored(remembering) == []


async def test_a_call_says_whose_memory_it_is(
    wrapped: Make, server: ScriptedServer, model: FakeModel
) -> None:
    """Options of the call come before those of the block, and those before the client's."""
    asked = wrapped()
    with memory_options(user_id="bob", conversation_id="b"):
        await asked.said()
        await asked.said(memory_options={"user_id": "eve", "turn_id": "t1"})
        with pytest.raises(TypeError, match="user"):
            await asked.said(memory_options={"user": "eve"})
    await asked.said()
    assert await asked.flush()

    turns = requests(server, "Ingest")
    assert [(turn.user_id, turn.conversation_id) for turn in turns] == [
        ("bob", "b"),
        ("eve", "b"),
        ("ana", "c"),
    ]
    assert [m.message_id for m in turns[1].messages] == ["t1-user", "t1-assistant"]
    assert all("memory_options" not in call.body for call in model.requests)
    with pytest.raises(TypeError, match="whose"), memory_options(whose="eve"):
        pass


@pytest.mark.parametrize(
    ("options", "asks", "stores"),
    [
        ({"user_id": ""}, False, False),
        ({"recall": False}, False, True),
        ({"store": False}, True, False),
    ],
)
async def test_what_is_not_wanted_is_not_done(
    wrapped: Make, server: ScriptedServer, options: dict[str, Any], *, asks: bool, stores: bool
) -> None:
    """Without a user nothing happens; recalling and storing can each be left out."""
    asked = wrapped(**options)
    await asked.said()
    assert await asked.flush()

    assert bool(requests(server, "Recall")) == asks
    assert bool(requests(server, "Ingest")) == stores


async def test_a_turn_that_goes_on_after_a_tool_is_stored_once(
    wrapped: Make, remembering: ScriptedServer, model: FakeModel
) -> None:
    """The model's second call has the memories too; its answer is stored, the user's words not again."""
    asked = wrapped()
    tool = [
        {"role": "assistant", "content": None, "tool_calls": []},
        {"role": "tool", "tool_call_id": "x", "content": "12 degrees"},
    ]
    await asked.said([*QUESTION, *tool])
    assert await asked.flush()

    assert model.requests[0].body["messages"][3]["content"] == BLOCK
    assert stored(remembering) == [[(2, "You live in Porto, dear.")]]


async def test_messages_of_any_form_are_read(
    wrapped: Make, remembering: ScriptedServer, model: FakeModel
) -> None:
    """A list that can be read once, parts of text beside pictures: all of it reaches the provider."""
    parts = [
        {"type": "text", "text": "Where do"},
        {"type": "image_url", "image_url": {"url": "data:,"}},
        {"type": "text", "text": "I live?"},
    ]
    asked = wrapped()
    await asked.said(iter([{"role": "user", "content": parts}]))
    assert await asked.flush()

    assert model.requests[0].body["messages"][-1]["content"] == parts
    assert stored(remembering)[0][0] == (1, "Where do\nI live?")


@pytest.mark.parametrize("status", ["UNAUTHENTICATED", "PERMISSION_DENIED", "INTERNAL"])
async def test_a_server_that_refuses_costs_no_answer(
    wrapped: Make, server: ScriptedServer, model: FakeModel, status: str
) -> None:
    """The call is passed on as it came, and what cannot be stored is counted."""
    for method in ("Recall", "Ingest"):
        server.scripts[method] = failing(grpc.StatusCode[status])
    asked = wrapped(settings=WrapSettings(recall_seconds=5.0, store_attempts=1))
    assert await asked.said() == "You live in Porto, dear."
    assert await asked.flush()

    assert model.requests[0].body["messages"] == QUESTION
    assert asked.client.stats.recalls_failed == 1
    assert asked.client.stats.turns_failed == 1


async def test_a_slow_server_is_given_less_than_50_ms(
    wrapped: Make, server: ScriptedServer
) -> None:
    """That is the deadline it is told; the answer comes though it never replies; soon it is not asked."""
    release = threading.Event()

    def hanging(*_: Any) -> RecallResponse:
        release.wait(PATIENCE_SECONDS * 10)
        return RecallResponse()

    server.scripts["Recall"] = server.scripts["Conscious"] = hanging
    settings = WrapSettings(rest_seconds=600.0)
    asked = wrapped(settings=settings, store=False)
    for _ in range(8):
        assert await asked.said() == "You live in Porto, dear."

    stats = asked.client.stats
    release.set()
    assert settings.recall_seconds == pytest.approx(0.045)
    assert stats.wait_seconds_max < PATIENCE_SECONDS
    assert (stats.recalls_failed, stats.recalls_skipped) == (3, 5)
    reached = [call for call in server.received if call.method == "Recall"]
    assert len(reached) <= 3
    # gRPC rounds a deadline up on its way.
    assert all(call.time_remaining <= settings.recall_seconds * 2 for call in reached)


@pytest.mark.parametrize("dead", ["closed", "silent"])
async def test_a_dead_server_costs_no_answer(wrapped: Make, dead: str) -> None:
    """Whether nobody listens or nobody replies: each call is answered, and nothing blocks."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        if dead == "closed":
            listener.close()
        asked = wrapped(f"127.0.0.1:{port}", settings=WrapSettings(exit_seconds=0.0))
        for _ in range(6):
            assert await asked.said() == "You live in Porto, dear."

        stats = asked.client.stats
        assert stats.recalls_failed + stats.recalls_skipped == 6
        assert stats.recalls_failed <= 3
        assert stats.wait_seconds_max < PATIENCE_SECONDS
        assert not await asked.settle(asked.client.flush(0.05))


async def test_a_server_that_comes_back_is_asked_again(
    wrapped: Make, remembering: ScriptedServer, model: FakeModel
) -> None:
    """It is tried behind a call's back, and once it answers in time the next call waits for it."""
    answers = remembering.scripts["Recall"]
    remembering.scripts["Recall"] = failing(grpc.StatusCode.INTERNAL)
    asked = wrapped(settings=WrapSettings(recall_seconds=5.0, rest_seconds=0.0), store=False)
    for _ in range(3):
        await asked.said()
    assert asked.client.stats.recalls_failed == 3
    remembering.scripts["Recall"] = answers
    assert asked.client.memory._breaker.is_open

    await asked.said()  # tries, and does not wait
    until(lambda: not asked.client.memory._breaker.is_open)
    await asked.said()

    assert BLOCK not in model.requests[-2].prompt
    assert BLOCK in model.requests[-1].prompt


async def test_too_many_turns_are_dropped_and_counted(
    wrapped: Make, server: ScriptedServer
) -> None:
    """A full queue blocks nobody; what had room is stored."""
    release = threading.Event()
    arrived = threading.Event()

    def slow(*_: Any) -> memsvc_client.IngestResponse:
        arrived.set()
        release.wait(PATIENCE_SECONDS * 10)
        return memsvc_client.IngestResponse()

    server.scripts["Ingest"] = slow
    asked = wrapped(settings=WrapSettings(recall_seconds=5.0, queue_max=2))
    await asked.said()
    assert await asyncio.to_thread(arrived.wait, PATIENCE_SECONDS)
    for _ in range(4):
        await asked.said()
    assert asked.client.stats.turns_dropped == 2
    release.set()
    assert await asked.flush()

    assert asked.client.stats.turns_stored == 3


async def test_a_turn_is_stored_once_though_the_reply_was_lost(
    wrapped: Make, server: ScriptedServer
) -> None:
    """It is sent again with the same ids of messages, by which the server knows it."""
    server.scripts["Ingest"] = failing(grpc.StatusCode.UNAVAILABLE, times=1)
    asked = wrapped()
    await asked.said()
    assert await asked.flush()

    first, second = requests(server, "Ingest")
    assert [m.message_id for m in first.messages] == [m.message_id for m in second.messages]
    assert asked.client.stats.turns_stored == 1


async def test_a_wrapped_client_is_taken_for_what_it_is(wrapped: Make) -> None:
    """It has the provider's kind and all else of it; a copy with other options has the same memory."""
    asked = wrapped()
    kind = openai.AsyncOpenAI if hasattr(asked.client, "__aenter__") else openai.OpenAI

    assert isinstance(asked.client, kind)
    assert asked.client.api_key == "k"
    other = Asked(asked.client.with_options(timeout=9.0))
    await other.said()
    assert other.client.timeout == pytest.approx(9.0)
    assert memory_of(asked.client).stats.calls == 1


async def test_a_client_that_was_given_stays_open(wrapped: Make, server: ScriptedServer) -> None:
    """Closing the wrapper closes what it has opened itself; what comes later is answered, not stored."""
    with MemoryClient(server.target) as client:
        asked = wrapped(client)
        await asked.said()
        await asked.settle(asked.client.flush(10.0))
        asked.client.memory.close(1.0)

        client.recall(user_id="ana", query="tea")
        assert await asked.said()
        assert asked.client.stats.turns_dropped == 1


def test_what_is_no_memory_is_refused() -> None:
    """A wrong kind of memory, or a connection for a client that has one, is a mistake of the program."""
    client = openai.OpenAI(api_key="k", base_url="http://127.0.0.1:9/v1")
    wrong: Any = 5
    with pytest.raises(TypeError, match="int"):
        wrap(client, memory=wrong)
    with MemoryClient() as memory, pytest.raises(TypeError, match="api_key"):
        wrap(client, memory=memory, api_key="k")
    with pytest.raises(TypeError, match="not wrapped"):
        memory_of(client)


def test_threads_share_one_wrapped_client(remembering: ScriptedServer, model: FakeModel) -> None:
    """Calls at once of several threads: each turn is stored once, under its own user."""
    inner = openai.OpenAI(base_url=model.base_url, api_key="k")
    client = wrap(inner, memory=remembering.target, settings=PATIENT)

    def ask(number: int) -> None:
        with memory_options(user_id=f"user-{number}"):
            client.chat.completions.create(
                model=MODEL, messages=[{"role": "user", "content": f"I am {number}."}]
            )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(40)))
    assert memory_of(client).flush(20.0)
    client.close()

    turns = requests(remembering, "Ingest")
    assert sorted(turn.user_id for turn in turns) == sorted(f"user-{n}" for n in range(40))
    assert all(turn.messages[0].content == f"I am {turn.user_id[5:]}." for turn in turns)
    assert len({m.message_id for turn in turns for m in turn.messages}) == 80


async def test_a_stream_that_is_let_go_in_the_midst_of_storing_is_stored(
    wrapped: Make, server: ScriptedServer
) -> None:
    """Python may clean up at any moment, even while another turn is being put: nothing waits for itself."""
    asked = wrapped()
    stream = await asked.create(stream=True)
    await asked.pieces(stream)
    writer = asked.client.memory._writer

    def within() -> None:
        with writer._lock, writer._counter._lock, writer._settled:
            stream._remembered._ended = False
            stream._remembered.end()  # as its __del__ does

    await asyncio.wait_for(asyncio.to_thread(within), PATIENCE_SECONDS)
    await asked.settle(stream.close())
    assert await asked.flush()

    assert len(stored(server)) == 2


class _Responses:
    """An object with the interface of `client.responses`."""

    def __init__(self) -> None:
        self.given: dict[str, Any] = {}

    def create(self, **given: Any) -> Any:
        """Answer at once, or in events."""
        self.given = given
        if not given.get("stream"):
            return SimpleNamespace(output_text="In Porto.")
        events = [("response.created", ""), ("response.output_text.delta", "In ")]
        events += [("response.output_text.delta", "Porto."), ("response.completed", "")]
        return iter([SimpleNamespace(type=kind, delta=text) for kind, text in events])


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("said", ["Where do I live?", [QUESTION[1], QUESTION[3]]])
def test_responses_remember_too(remembering: ScriptedServer, said: Any, *, stream: bool) -> None:
    """`responses.create` is given memories as an item before the question, and stores its text."""
    responses = _Responses()
    provider: Any = SimpleNamespace(
        responses=responses,
        chat=SimpleNamespace(completions=SimpleNamespace(create=lambda: None)),
        close=lambda: None,
    )
    client = wrap(provider, memory=remembering.target, settings=PATIENT, user_id="ana")

    answer = client.responses.create(model=MODEL, input=said, stream=stream)
    if stream:
        assert [event.type for event in answer][-1] == "response.completed"
    assert client.flush(10.0)
    client.close()

    assert BLOCK in responses.given["input"][-2]["content"]
    assert responses.given["input"][-1]["content"] == "Where do I live?"
    assert stored(remembering) == [[(1, "Where do I live?"), (2, "In Porto.")]]


@pytest.fixture(scope="module")
def memsvc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A real server of memories."""
    folder = tmp_path_factory.mktemp("wrapper")
    process = ServerProcess(
        folder / "log", data_dir=str(folder / "data"), embedder="none", drain_seconds="0"
    )
    with process:
        yield process


async def test_what_was_said_before_is_known_in_another_conversation(
    wrapped: Make, model: FakeModel, memsvc: ServerProcess
) -> None:
    """With a real server: what is said in one conversation is before the model in the next one."""
    asked = wrapped(memsvc.target, user_id=f"user-{uuid4()}")
    await asked.said([{"role": "user", "content": "I live in Porto with my dog Rex."}])
    assert await asked.flush()
    await asked.said(
        [{"role": "user", "content": "What is my dog called?"}],
        memory_options={"conversation_id": "another"},
    )

    context = model.requests[1].body["messages"][0]
    assert context["role"] == "user"
    assert "my dog Rex" in context["content"]
    assert asked.client.stats.turns_stored >= 1
    with MemoryClient(memsvc.target) as client:
        assert await asked.flush()
        kept = [m.content for m in client.list_memories(user_id=asked_user(asked))]
    assert "What is my dog called?" in kept
    assert kept.count("You live in Porto, dear.") == 2


def asked_user(asked: Asked) -> str:
    """Return whose memory a wrapped client has."""
    return str(asked.client.memory._options.user_id)


def test_a_server_that_is_killed_costs_no_answer(model: FakeModel, tmp_path: Path) -> None:
    """In mid-conversation: the calls after it are answered like the ones before."""
    process = ServerProcess(
        tmp_path / "log", data_dir=str(tmp_path / "data"), embedder="none", drain_seconds="0"
    )
    inner = openai.OpenAI(base_url=model.base_url, api_key="k")
    with process:
        settings = WrapSettings(exit_seconds=0.0)
        client = wrap(inner, memory=process.target, settings=settings, user_id="ana")
        for number in range(6):
            if number == 2:
                process.process.kill()
                process.process.wait(PATIENCE_SECONDS * 10)
            answer = client.chat.completions.create(model=MODEL, messages=QUESTION[3:])  # type: ignore[arg-type]
            assert answer.choices[0].message.content == "You live in Porto, dear."
    memory_of(client).close(0.1)
    client.close()


def test_a_breaker_opens_rests_and_closes() -> None:
    """After failures in a row nobody asks; after a rest one probes; each failed probe doubles the rest."""
    now = [0.0]
    breaker = Breaker(2, 1.0, lambda: now[0])
    breaker.note_failure()
    breaker.note_success()
    breaker.note_failure()
    assert breaker.way() is Way.ASK
    breaker.note_failure()
    assert breaker.way() is Way.SKIP

    now[0] = 1.0
    assert [breaker.way() for _ in range(3)] == [Way.PROBE, Way.SKIP, Way.SKIP]
    breaker.note_failure(probed=True)
    now[0] = 2.9
    assert breaker.way() is Way.SKIP
    now[0] = 3.0
    assert breaker.way() is Way.PROBE
    breaker.note_success()
    assert breaker.way() is Way.ASK


@pytest.mark.parametrize(
    ("content", "text"),
    [(None, ""), ("a", "a"), (5, ""), ([{"type": "text", "text": "a"}, {"type": "x"}], "a")],
)
def test_the_text_of_a_message_is_found(content: Any, text: str) -> None:
    """Of whatever a message holds, the text."""
    assert text_of(content) == text


def test_a_question_is_the_end_of_a_long_text() -> None:
    """It fits into what the server takes, without half a character."""
    found = query_of("ä" * 5000 + "x")

    assert len(found.encode()) <= 4096
    assert found.endswith("äx")
    assert set(found) == {"ä", "x"}


def test_the_wrapper_needs_no_package_of_the_provider() -> None:
    """Importing the client loads nothing of a provider's."""
    code = "import sys, memsvc_client; memsvc_client.wrap; assert 'openai' not in sys.modules"

    subprocess.run([sys.executable, "-c", code], check=True)
