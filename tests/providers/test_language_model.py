"""A language model behind OpenAI's protocol, against a server that fails in every way."""

from __future__ import annotations

import asyncio
import gc
import json
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Final

import openai
import pytest

from memsvc.core.chat import ChatTurn
from memsvc.providers.circuit_breaker import FAILURES_MAX, PAUSE_SECONDS
from memsvc.providers.language_model import LanguageModel, ModelLimits, Structured
from memsvc.providers.metering import metered
from memsvc.providers.model_errors import (
    RETRY_AFTER_SECONDS,
    RETRY_AFTER_SECONDS_MAX,
    RETRY_AFTER_SECONDS_MIN,
    ErrorClass,
    ModelBusy,
    ModelError,
    ModelRefused,
    ModelUnavailable,
    UnusableReply,
)
from memsvc.providers.offers import OfferedModel
from tests.fakes.garbage_replies import BODIES, GarbageBody
from tests.fakes.model_server import (
    MEGABYTE,
    Exchange,
    FakeModel,
    Step,
    body,
    closed_port,
    completion,
    dripping,
    dropping,
    fact,
    failing,
    full_port,
    hanging,
    html,
    huge,
    redirecting,
    replying,
    saying,
    stalling,
    streaming,
    truncated,
)

KEY: Final = "sk-a-very-secret-key"
SAID: Final = "what only the user knows"
TURNS: Final = [ChatTurn("system", "Answer."), ChatTurn("user", SAID)]
SCHEMA: Final = {"type": "object", "properties": {}, "additionalProperties": False}
#: No test waits for as long, unless something is wrong.
PATIENCE: Final = 30

UNAVAILABLE: Final[dict[str, tuple[Step, ErrorClass]]] = {
    "status 500": (failing(500), ErrorClass.MODEL_FAILED),
    "status 502": (failing(502), ErrorClass.MODEL_FAILED),
    "status 503": (failing(503), ErrorClass.MODEL_FAILED),
    "status 529": (failing(529), ErrorClass.MODEL_FAILED),
    "status 408": (failing(408), ErrorClass.MODEL_TIMEOUT),
    "drop": (dropping, ErrorClass.MODEL_UNREACHABLE),
    "truncated": (truncated("hello"), ErrorClass.MODEL_FAILED),
}
REFUSED: Final[dict[str, tuple[Step, ErrorClass]]] = {
    "status 400": (failing(400), ErrorClass.MODEL_REJECTED_REQUEST),
    "status 404": (failing(404), ErrorClass.MODEL_REJECTED_REQUEST),
    "status 422": (failing(422), ErrorClass.MODEL_REJECTED_REQUEST),
    "redirection": (redirecting(), ErrorClass.MODEL_REJECTED_REQUEST),
    "status 401": (failing(401), ErrorClass.MODEL_REJECTED_KEY),
    "status 403": (failing(403), ErrorClass.MODEL_REJECTED_KEY),
    "refusal": (body(completion(None, refusal="the server's own words")), ErrorClass.MODEL_REFUSED),
    "filter": (
        body(completion("").replace(b'"stop"', b'"content_filter"')),
        ErrorClass.MODEL_REFUSED,
    ),
    "too large": (huge(5), ErrorClass.REPLY_TOO_LARGE),
}
FAILING: Final = {
    **UNAVAILABLE,
    **REFUSED,
    "page": (html(), ErrorClass.REPLY_UNUSABLE),
    "status 429": (failing(429), ErrorClass.MODEL_BUSY),
}


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        """Begin anywhere."""
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def server() -> Iterator[FakeModel]:
    """A server whose model says "hello"."""
    with FakeModel() as fake:
        fake.step = saying("hello")
        yield fake


@pytest.fixture
def clock() -> Clock:
    """The clock of the model's pauses."""
    return Clock()


@pytest.fixture
async def model(server: FakeModel, clock: Clock) -> AsyncIterator[LanguageModel]:
    """A model with all the time that it needs."""
    made = LanguageModel("fake", server.base_url, KEY, OfferedModel("some-model"), clock=clock)
    yield made
    await made.close()


def hurried(server: FakeModel, **limits: Any) -> LanguageModel:
    """Return a model with *limits* of its own."""
    return LanguageModel(
        "fake", server.base_url, KEY, OfferedModel("some-model"), limits=ModelLimits(**limits)
    )


async def failure(model: LanguageModel, **options: Any) -> ModelError:
    """Return the error that a call ends with."""
    with pytest.raises(ModelError) as raised:
        await asyncio.wait_for(model.complete(TURNS, **options), PATIENCE)
    return raised.value


async def test_the_reply_is_the_models_text(server: FakeModel, model: LanguageModel) -> None:
    """Not a character of it is changed, fences and spaces included."""
    server.step = saying(" ```\n😀 \n``` ")
    assert await model.complete(TURNS) == " ```\n😀 \n``` "
    assert (model.name, model.model) == ("fake", "some-model")


@pytest.mark.parametrize(
    ("usage", "tokens", "micros"),
    [
        ({"prompt_tokens": 1000, "completion_tokens": 10, "total_tokens": 1010}, 1010, 10_200),
        # Reasoning is counted in the total alone.
        ({"prompt_tokens": 1000, "completion_tokens": 10, "total_tokens": 1500}, 1500, 20_000),
        ({"prompt_tokens": 10**30, "completion_tokens": 10}, None, None),
        ({"prompt_tokens": -5, "completion_tokens": True}, None, None),
        ([], None, None),
    ],
)
async def test_what_a_call_took_is_noted_with_its_price(
    server: FakeModel, usage: Any, tokens: int | None, micros: int | None
) -> None:
    """As the provider counts, or by the length of the prompt where it says nothing of use."""
    reply = {"choices": [{"message": {"content": "hello"}}], "usage": usage}
    server.step = body(json.dumps(reply).encode())
    offered = OfferedModel("some-model", input_price=10, output_price=20)
    model = LanguageModel("fake", server.base_url, KEY, offered)
    with metered() as meter:
        await model.complete(TURNS)
    await model.close()

    guessed = -(-sum(len(turn.text) for turn in TURNS) // 4)
    assert meter.tokens == (guessed if tokens is None else tokens)
    assert meter.cost_micros == (guessed * 10 if micros is None else micros)


async def test_a_request_is_of_the_protocol(server: FakeModel, model: LanguageModel) -> None:
    """Path, key, turns and form are as the protocol has them; nothing is left to chance."""
    await model.complete(TURNS)
    await model.complete(TURNS, schema=SCHEMA, schema_name="facts")
    plain, formed = server.requests
    assert plain.path == "/v1/chat/completions"
    assert plain.headers["authorization"] == f"Bearer {KEY}"
    messages = [{"role": "system", "content": "Answer."}, {"role": "user", "content": SAID}]
    assert plain.body == {
        "model": "some-model",
        "messages": messages,
        "temperature": 0,
        "stream": False,
    }
    form = {"name": "facts", "schema": SCHEMA, "strict": True}
    assert formed.body == {
        **plain.body,
        "response_format": {"type": "json_schema", "json_schema": form},
    }


async def test_half_a_character_is_no_failure(server: FakeModel, model: LanguageModel) -> None:
    """What cannot be sent as it is never keeps the rest from being sent."""
    await model.complete([ChatTurn("user", "half \ud83d")])
    assert server.requests[0].turns == [("user", "half ?")]


@pytest.mark.parametrize("name", UNAVAILABLE)
async def test_what_may_pass_is_unavailable(
    server: FakeModel, model: LanguageModel, name: str
) -> None:
    """It is told after one request, with its class, and the next call succeeds."""
    step, error_class = UNAVAILABLE[name]
    server.script.append(step)
    error = await failure(model)
    assert isinstance(error, ModelUnavailable)
    assert error.error_class == error_class
    assert error.__cause__ is not None
    assert len(server.requests) == 1
    assert await model.complete(TURNS) == "hello"


@pytest.mark.parametrize("name", REFUSED)
async def test_what_would_fail_again_is_refused(
    server: FakeModel, model: LanguageModel, name: str
) -> None:
    """It is told after one request, with its class, however often it happens."""
    await model.complete(TURNS)
    step, error_class = REFUSED[name]
    server.step = step
    for count in range(2, FAILURES_MAX + 3):
        error = await failure(model)
        assert isinstance(error, ModelRefused)
        assert error.error_class == error_class
        assert len(server.requests) == count


@pytest.mark.parametrize("garbage", BODIES, ids=lambda garbage: garbage.name)
async def test_an_answer_without_a_text_is_unusable(
    server: FakeModel, model: LanguageModel, garbage: GarbageBody
) -> None:
    """It is neither unavailable nor refused, so that the caller may ask once more."""
    server.script.append(body(garbage.body, garbage.content_type))
    error = await failure(model)
    assert type(error) is UnusableReply
    assert error.error_class == ErrorClass.REPLY_UNUSABLE
    assert error.problem.startswith("it was ")
    assert await model.complete(TURNS) == "hello"


async def test_a_wrong_content_type_does_not_matter(
    server: FakeModel, model: LanguageModel
) -> None:
    """What is a chat completion is one, whatever it is called."""
    server.step = body(completion("hello"), "text/html")
    assert await model.complete(TURNS) == "hello"


async def test_a_compressed_answer_is_not_unpacked(server: FakeModel, model: LanguageModel) -> None:
    """None is asked for, and none is read: a few bytes could fill the memory."""
    server.step = body(b"anything", **{"Content-Encoding": "gzip"})
    assert isinstance(await failure(model), UnusableReply)
    assert server.requests[0].headers["accept-encoding"] == "identity"


async def test_a_reply_that_was_cut_off_is_returned(
    server: FakeModel, model: LanguageModel
) -> None:
    """Whether it can be used is for its reader to say."""
    server.step = body(completion('{"facts": [').replace(b'"stop"', b'"length"'))
    assert await model.complete(TURNS) == '{"facts": ['


@pytest.mark.parametrize("name", FAILING)
async def test_no_failure_quotes_anybody(
    server: FakeModel, model: LanguageModel, name: str
) -> None:
    """Neither the key, nor the server's words, nor the user's get into a message."""
    step, error_class = FAILING[name]
    server.step = step
    error = await failure(model)
    assert str(error) == error_class
    for told in (str(error), repr(error), repr(model), str(error.__cause__), repr(error.__cause__)):
        assert KEY not in told
        assert "words" not in told
        assert SAID not in told


async def test_a_huge_failure_is_not_read(server: FakeModel, model: LanguageModel) -> None:
    """The body of an answer that is no success never fills the memory, nor takes time."""

    def step(exchange: Any) -> None:
        exchange.begin(500)
        while True:
            exchange.chunk(b"x" * MEGABYTE)

    server.step = step
    assert (await failure(model)).error_class == ErrorClass.MODEL_FAILED
    (seen,) = server.requests
    assert await asyncio.to_thread(seen.disconnected.wait, PATIENCE)


async def test_a_huge_reply_is_given_up(server: FakeModel, model: LanguageModel) -> None:
    """Of a hundred megabytes a few are read, then the connection is closed."""
    server.step = huge(100)
    gc.collect()
    tracemalloc.start()
    error = await failure(model)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert error.error_class == ErrorClass.REPLY_TOO_LARGE
    # The body as it grows, and what it is copied to.
    assert most < 3 * ModelLimits().reply_bytes_max
    (seen,) = server.requests
    assert await asyncio.to_thread(seen.disconnected.wait, PATIENCE)
    assert seen.bytes_sent < 50 * MEGABYTE


async def test_a_reply_of_the_greatest_size_is_read(server: FakeModel) -> None:
    """The limit is the size of the whole body, and what is as large is not too large."""
    answer = completion("x" * MEGABYTE)
    server.step = body(answer)
    for bytes_max, enough in ((len(answer), True), (len(answer) - 1, False)):
        model = hurried(server, reply_bytes_max=bytes_max)
        if enough:
            assert len(await model.complete(TURNS)) == MEGABYTE
        else:
            assert (await failure(model)).error_class == ErrorClass.REPLY_TOO_LARGE
        await model.close()


@pytest.mark.parametrize(
    ("step", "limits"),
    [
        (hanging(), {"first_byte_seconds": 0.05}),
        (hanging(), {"total_seconds": 0.05}),
        (stalling("hello"), {"chunk_seconds": 0.05}),
        (stalling("hello", after=0), {"first_byte_seconds": 0.05}),
        (dripping("x" * 100_000), {"total_seconds": 0.1}),
    ],
    ids=["first byte", "total", "next piece", "first byte of the body", "drip"],
)
async def test_a_slow_answer_is_given_up(
    server: FakeModel, step: Step, limits: dict[str, float]
) -> None:
    """Each limit of time ends a call on its own, and the server is told by the end of it."""
    server.step = step
    model = hurried(server, **limits)
    error = await failure(model)
    assert isinstance(error, ModelUnavailable)
    assert error.error_class == ErrorClass.MODEL_TIMEOUT
    # On a busy machine the time may be over before the request is out.
    for seen in server.requests:
        assert await asyncio.to_thread(seen.disconnected.wait, PATIENCE)
    await model.close()


async def test_a_slow_answer_that_goes_on_is_waited_for(server: FakeModel) -> None:
    """Each piece gives the next one its time: the limits of pieces are none of the whole."""
    server.step = dripping("hello, hello, hello")
    model = hurried(server, first_byte_seconds=5, chunk_seconds=0.5)
    assert await model.complete(TURNS) == "hello, hello, hello"
    await model.close()


async def test_nobody_to_connect_to_is_unreachable() -> None:
    """A closed port is told at once, one that is silent after the time for connecting."""
    refusing = LanguageModel("fake", f"http://127.0.0.1:{closed_port()}/v1", "", OfferedModel("m"))
    assert (await failure(refusing)).error_class == ErrorClass.MODEL_UNREACHABLE
    await refusing.close()
    with full_port() as port:
        limits = ModelLimits(connect_seconds=0.1)
        silent = LanguageModel(
            "fake", f"http://127.0.0.1:{port}/v1", "", OfferedModel("m"), limits=limits
        )
        assert (await failure(silent)).error_class == ErrorClass.MODEL_UNREACHABLE
        await silent.close()


async def test_an_impossible_address_is_unavailable() -> None:
    """A mistake in the configuration is told like any other failure."""
    model = LanguageModel("fake", "http://[/v1", KEY, OfferedModel("m"))
    assert isinstance(await failure(model), ModelUnavailable)
    await model.close()


async def test_the_callers_time_ends_a_call(server: FakeModel, model: LanguageModel) -> None:
    """It says nothing against the provider, however often a caller is in a hurry."""
    server.step = hanging()
    for _ in range(FAILURES_MAX + 1):
        error = await failure(model, seconds=0.05)
        assert error.error_class == ErrorClass.MODEL_TIMEOUT
    server.release.set()
    server.step = saying("hello")
    assert await model.complete(TURNS) == "hello"


async def test_a_cancelled_call_stays_cancelled(server: FakeModel, model: LanguageModel) -> None:
    """Cancelling is no failure of the model, and ends the request."""
    server.step = hanging()
    call = asyncio.create_task(model.complete(TURNS))
    (seen,) = await asyncio.to_thread(server.wait_for_requests, 1)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert await asyncio.to_thread(seen.disconnected.wait, PATIENCE)


async def test_a_closed_model_is_unavailable(server: FakeModel) -> None:
    """Nothing is sent after closing."""
    model = hurried(server)
    await model.close()
    assert isinstance(await failure(model), ModelUnavailable)
    assert server.requests == []


async def test_no_key_is_taken_from_the_environment(
    server: FakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that was meant for another server does not get to this one."""
    monkeypatch.setenv("OPENAI_ORG_ID", KEY)
    monkeypatch.setenv("OPENAI_PROJECT_ID", KEY)
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", f"Authorization: Bearer {KEY}\nX-Key: {KEY}")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    model = LanguageModel("fake", server.base_url, "", OfferedModel("some-model"))
    await model.complete(TURNS)
    await model.close()
    assert KEY not in json.dumps([request.headers for request in server.requests])


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("7.5", 7.5),
        ("0", RETRY_AFTER_SECONDS_MIN),
        ("3600", RETRY_AFTER_SECONDS_MAX),
        ("9" * 400, RETRY_AFTER_SECONDS_MAX),
        (None, RETRY_AFTER_SECONDS),
        ("", RETRY_AFTER_SECONDS),
        ("soon", RETRY_AFTER_SECONDS),
        ("-3", RETRY_AFTER_SECONDS),
        ("nan", RETRY_AFTER_SECONDS),
        ("Wed, 99 Foo 2024 25:00:00 GMT", RETRY_AFTER_SECONDS),
        ("Wed, 21 Oct 2015 07:28:00 GMT", RETRY_AFTER_SECONDS_MIN),
        ("Wed, 21 Oct 2199 07:28:00 GMT", RETRY_AFTER_SECONDS_MAX),
    ],
)
async def test_a_busy_provider_tells_for_how_long(
    server: FakeModel, model: LanguageModel, header: str | None, seconds: float
) -> None:
    """Whatever the header holds, the time is a sensible one."""
    server.step = failing(429, header)
    error = await failure(model)
    assert isinstance(error, ModelBusy)
    assert error.error_class == ErrorClass.MODEL_BUSY
    assert error.retry_after_seconds == seconds


async def test_a_date_is_read_by_the_servers_clock(server: FakeModel, model: LanguageModel) -> None:
    """A clock that goes wrong on one side does not change the time to wait."""
    now = datetime(2001, 1, 1, tzinfo=UTC)
    later = format_datetime(now + timedelta(seconds=42), usegmt=True)

    def step(exchange: Any) -> None:
        # The standard library's server adds a date of its own, which comes first.
        exchange._handler.date_time_string = lambda: format_datetime(now, usegmt=True)
        failing(429, later)(exchange)

    server.step = step
    error = await failure(model)
    assert isinstance(error, ModelBusy)
    assert error.retry_after_seconds == 42


async def test_a_busy_provider_is_left_alone(
    server: FakeModel, model: LanguageModel, clock: Clock
) -> None:
    """Until the time is over, calls are told at once what is left of it, and nothing is sent."""
    server.script.append(failing(429, "60"))
    await failure(model)
    clock.now += 45
    error = await failure(model)
    assert isinstance(error, ModelBusy)
    assert error.retry_after_seconds == pytest.approx(15)
    assert len(server.requests) == 1
    clock.now += 15
    assert await model.complete(TURNS) == "hello"


async def test_a_busy_provider_is_not_a_broken_one(
    server: FakeModel, model: LanguageModel, clock: Clock
) -> None:
    """However often it is busy, it is asked again when the time is over."""
    server.step = failing(429, "1")
    for count in range(1, FAILURES_MAX * 2):
        assert isinstance(await failure(model), ModelBusy)
        assert len(server.requests) == count
        clock.now += 1


async def test_a_busy_provider_gets_fewer_calls_at_once(server: FakeModel, clock: Clock) -> None:
    """After 429 half as many calls run at once as before; another one has to wait for its turn."""
    limits = ModelLimits(calls_max=2)
    model = LanguageModel(
        "fake", server.base_url, KEY, OfferedModel("m"), limits=limits, clock=clock
    )
    server.script.extend([failing(429, "1"), hanging(saying("hello"))])
    await failure(model)
    clock.now += 1
    call = asyncio.create_task(model.complete(TURNS))
    await asyncio.to_thread(server.wait_for_requests, 2)
    # If it were sent it would be answered.
    assert (await failure(model, seconds=0.5)).error_class == ErrorClass.MODEL_TIMEOUT
    assert len(server.requests) == 2
    server.release.set()
    assert await call == "hello"
    assert await model.complete(TURNS) == "hello"
    await model.close()


async def test_no_more_calls_run_at_once_than_allowed(server: FakeModel) -> None:
    """The others wait for their turn, and are told that it is busy if it does not come."""
    model = hurried(server, calls_max=2, total_seconds=PATIENCE)
    server.step = hanging(saying("hello"))
    calls = [asyncio.create_task(model.complete(TURNS)) for _ in range(6)]
    await asyncio.to_thread(server.wait_for_requests, 2)
    assert isinstance(await failure(model, seconds=0.05), ModelUnavailable)
    server.release.set()
    assert await asyncio.gather(*calls) == ["hello"] * 6
    assert server.waiting_max == 2
    await model.close()


async def test_who_waits_when_it_gets_busy_is_told_as_well(server: FakeModel, clock: Clock) -> None:
    """A call whose turn comes after a 429 is not sent before its time."""
    limits = ModelLimits(calls_max=1)
    model = LanguageModel(
        "fake", server.base_url, KEY, OfferedModel("m"), limits=limits, clock=clock
    )
    server.step = hanging(failing(429, "60"))
    calls = [asyncio.create_task(model.complete(TURNS)) for _ in range(3)]
    await asyncio.to_thread(server.wait_for_requests, 1)
    server.release.set()
    errors = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(error) for error in errors] == [ModelBusy] * 3
    assert len(server.requests) == 1
    await model.close()


async def test_a_broken_provider_is_left_alone_for_a_while(
    server: FakeModel, model: LanguageModel, clock: Clock
) -> None:
    """After five failures nothing is sent; after the pause one call is, and its success ends it."""
    server.step = failing(503)
    for _ in range(FAILURES_MAX):
        assert (await failure(model)).error_class == ErrorClass.MODEL_FAILED
    error = await failure(model)
    assert isinstance(error, ModelUnavailable)
    assert error.error_class == ErrorClass.MODEL_PAUSED
    assert len(server.requests) == FAILURES_MAX
    clock.now += PAUSE_SECONDS
    server.step = hanging(saying("hello"))
    probe = asyncio.create_task(model.complete(TURNS))
    await asyncio.to_thread(server.wait_for_requests, FAILURES_MAX + 1)
    assert (await failure(model)).error_class == ErrorClass.MODEL_PAUSED
    server.release.set()
    assert await probe == "hello"
    assert await model.complete(TURNS) == "hello"


async def test_a_probe_that_is_busy_makes_room_for_another(
    server: FakeModel, model: LanguageModel, clock: Clock
) -> None:
    """Neither 429 nor a caller that goes away shuts the provider out for good."""
    server.step = failing(500)
    for _ in range(FAILURES_MAX):
        await failure(model)
    clock.now += PAUSE_SECONDS
    server.script.extend([failing(429, "10"), hanging()])
    assert isinstance(await failure(model), ModelBusy)
    clock.now += 10
    probe = asyncio.create_task(model.complete(TURNS))
    await asyncio.to_thread(server.wait_for_requests, FAILURES_MAX + 2)
    probe.cancel()
    with pytest.raises(asyncio.CancelledError):
        await probe
    server.step = saying("hello")
    assert await model.complete(TURNS) == "hello"


@pytest.mark.parametrize(
    ("forms", "asked"),
    [
        ({"json_object", "none"}, ["json_schema", "json_object"]),
        ({"none"}, ["json_schema", "json_object", "none"]),
    ],
)
async def test_a_form_that_is_not_known_is_asked_for_once(
    server: FakeModel, model: LanguageModel, forms: set[str], asked: list[str]
) -> None:
    """A simpler form takes its place within the same call, and from then on."""
    server.forms = forms
    assert await model.complete(TURNS, schema=SCHEMA) == "hello"
    assert await model.complete(TURNS, schema=SCHEMA) == "hello"
    assert [request.form for request in server.requests] == [*asked, asked[-1]]


async def test_a_request_that_is_wrong_anyway_changes_no_form(
    server: FakeModel, model: LanguageModel
) -> None:
    """Only if a simpler form helps it was the form: the next call asks for the strictest again."""
    server.script.extend([failing(400)] * 4)
    error = await failure(model, schema=SCHEMA)
    assert error.error_class == ErrorClass.MODEL_REJECTED_REQUEST
    server.script.extend([failing(400), failing(503)])
    assert isinstance(await failure(model, schema=SCHEMA), ModelUnavailable)
    await model.complete(TURNS, schema=SCHEMA)
    forms = [request.form for request in server.requests]
    assert forms == [
        "json_schema",
        "json_object",
        "none",
        "none",
        "json_schema",
        "json_object",
        "json_schema",
    ]
    assert "temperature" in server.requests[-1].body


@pytest.mark.parametrize("schema", [None, SCHEMA])
async def test_a_model_that_takes_no_temperature_is_asked_without_one(
    server: FakeModel, model: LanguageModel, schema: dict[str, Any] | None
) -> None:
    """OpenAI's models that reason refuse any but their own; the form of the reply stays the strictest."""

    def step(exchange: Exchange) -> None:
        refused = exchange.seen.body.get("temperature", 1) != 1
        (failing(400) if refused else saying("hello"))(exchange)

    server.step = step
    assert await model.complete(TURNS, schema=schema) == "hello"
    asked = len(server.requests)
    assert await model.complete(TURNS, schema=schema) == "hello"
    assert len(server.requests) == asked + 1
    assert server.requests[-1].form == ("json_schema" if schema else "none")


@pytest.mark.parametrize("structured", ["json_schema", "json_object", "none"])
async def test_no_stricter_form_is_asked_for_than_configured(
    server: FakeModel, structured: Structured
) -> None:
    """A provider whose schemas are known to be of no use is not asked for them."""
    model = LanguageModel("fake", server.base_url, KEY, OfferedModel("m"), structured=structured)
    await model.complete(TURNS, schema=SCHEMA)
    await model.close()
    assert server.requests[0].form == structured


def streaming_client(server: FakeModel) -> openai.AsyncOpenAI:
    """Return a client that takes replies in pieces."""
    return openai.AsyncOpenAI(base_url=server.base_url, api_key="none", max_retries=0)


async def streamed(client: openai.AsyncOpenAI) -> list[str]:
    """Return the pieces of a streamed reply."""
    stream = await client.chat.completions.create(
        model="m", messages=[{"role": "user", "content": "hi"}], stream=True
    )
    return [chunk.choices[0].delta.content or "" async for chunk in stream]


async def test_the_fake_streams_as_the_protocol_has_it(server: FakeModel) -> None:
    """The reply comes in the pieces that the test chose, characters in pieces included."""
    pieces = ["Grüße", " aus ", "Oslo 😀"]
    server.script.extend([
        streaming(pieces),
        streaming(pieces, split_characters=True),
        streaming(pieces, done=False),
        saying("hello, hello"),
    ])
    async with streaming_client(server) as client:
        assert await streamed(client) == [*pieces, ""]
        assert await streamed(client) == [*pieces, ""]
        assert await streamed(client) == pieces
        assert "".join(await streamed(client)) == "hello, hello"


async def test_the_fake_breaks_off_a_stream(server: FakeModel) -> None:
    """The client sees an error, not an end."""
    server.step = streaming(["one", "two"], done=False, reset=True)
    async with streaming_client(server) as client:
        with pytest.raises(openai.APIError):
            await streamed(client)


async def test_the_fake_lists_models_and_facts(server: FakeModel, model: LanguageModel) -> None:
    """It tells its models, and the facts of each text that the message holds."""
    async with streaming_client(server) as client:
        assert [listed.id async for listed in await client.models.list()] == ["some-model"]
    oslo, sings = fact("The user lives in Oslo."), fact("The user sings.")
    fake_facts = replying({"Oslo": [oslo], "sing": [sings], "Bergen": []})
    assert fake_facts("I sing in Oslo") == [oslo, sings]
    assert fake_facts("I sing") == [sings]
