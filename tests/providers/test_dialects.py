"""How each provider wants to be asked, and what its streams look like, as their makers document it.

The streams have the documented shape, with the fields and the order that each server sends; the texts are ours.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from memsvc.core.chat import (
    AnswerOptions,
    AnswerPiece,
    ChatTurn,
    FinishReason,
    ProviderState,
    ReasoningEffort,
    TokenUsage,
)
from memsvc.providers.chat_model import ChatModel
from memsvc.providers.circuit_breaker import FAILURES_MAX, PAUSE_SECONDS
from memsvc.providers.dialects import DIALECTS, ProviderKind
from memsvc.providers.language_model import ModelLimits
from memsvc.providers.model_errors import ErrorClass, ModelBusy, ModelError, ModelUnavailable
from memsvc.providers.offers import Offer, OfferedModel
from tests.fakes.chat_steps import DONE, answering, chunk, data, sending
from tests.fakes.model_server import Exchange, FakeModel, Step, failing
from tests.support.waiting import until

TURNS = [ChatTurn("system", "Be kind."), ChatTurn("user", "Hello")]
PLAIN = AnswerOptions()
ASKED = AnswerOptions(temperature=1.5, max_output_tokens=300, reasoning_effort=ReasoningEffort.HIGH)


@dataclass(frozen=True)
class Recorded:
    """A stream of one kind of server, and what it says."""

    events: Sequence[bytes]
    text: str
    usage: TokenUsage
    reasoning: str = ""
    finish: FinishReason = FinishReason.STOP


def event(**fields: Any) -> bytes:
    """Return one event as compact JSON."""
    return f"data: {json.dumps(fields, separators=(',', ':'), ensure_ascii=False)}\n\n".encode()


def choice(delta: dict[str, Any], finish: str | None = None, **more: Any) -> list[dict[str, Any]]:
    """Return the one choice of a chunk."""
    return [{"index": 0, "delta": delta, "finish_reason": finish, **more}]


OPENAI = {"id": "chatcmpl-A", "object": "chat.completion.chunk", "created": 1, "model": "gpt-x"}
RECORDED = {
    # A role first, an obfuscation field, an end, and then a chunk of usage without a choice.
    ProviderKind.OPENAI: Recorded(
        [
            event(
                **OPENAI,
                service_tier="default",
                system_fingerprint=None,
                choices=choice(
                    {"role": "assistant", "content": "", "refusal": None}, logprobs=None
                ),
                usage=None,
                obfuscation="x7",
            ),
            event(**OPENAI, choices=choice({"content": "Hi"}, logprobs=None), usage=None),
            event(**OPENAI, choices=choice({"content": " there"}, logprobs=None), usage=None),
            event(**OPENAI, choices=choice({}, "stop", logprobs=None), usage=None),
            event(
                **OPENAI,
                choices=[],
                usage={
                    "prompt_tokens": 19,
                    "completion_tokens": 74,
                    "total_tokens": 93,
                    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
                    "completion_tokens_details": {"reasoning_tokens": 64},
                },
            ),
            DONE,
        ],
        "Hi there",
        TokenUsage(19, 74),
    ),
    # Usage with every chunk, growing; reasoning counted beside the completion; reasoning_content.
    ProviderKind.XAI: Recorded(
        [
            event(
                **OPENAI,
                choices=choice({"role": "assistant", "content": "", "reasoning_content": "Let me"}),
                usage={"prompt_tokens": 9, "completion_tokens": 0, "total_tokens": 11},
            ),
            event(**OPENAI, choices=choice({"role": "assistant", "reasoning_content": " see."})),
            event(
                **OPENAI,
                choices=choice({"role": "assistant", "content": "Hi"}),
                usage={
                    "prompt_tokens": 9,
                    "completion_tokens": 1,
                    "total_tokens": 214,
                    "completion_tokens_details": {"reasoning_tokens": 204},
                    "num_sources_used": 0,
                },
            ),
            event(
                **OPENAI,
                choices=choice({"role": "assistant", "content": ""}, "stop"),
                usage={
                    "prompt_tokens": 9,
                    "completion_tokens": 2,
                    "total_tokens": 215,
                    "completion_tokens_details": {"reasoning_tokens": 204},
                },
            ),
            DONE,
        ],
        "Hi",
        TokenUsage(9, 206),
        "Let me see.",
    ),
    # The compatible endpoint keeps its thoughts; the usage comes with an empty choice list.
    ProviderKind.ANTHROPIC: Recorded(
        [
            event(
                id="msg_01",
                choices=choice({"role": "assistant"}),
                created=1,
                model="claude-x",
                object="chat.completion.chunk",
            ),
            event(id="msg_01", choices=choice({"content": "Hi"}), created=1, model="claude-x"),
            event(id="msg_01", choices=choice({}, "length"), created=1, model="claude-x"),
            event(
                id="msg_01",
                choices=[],
                created=1,
                model="claude-x",
                usage={"prompt_tokens": 12, "completion_tokens": 300, "total_tokens": 312},
            ),
            DONE,
        ],
        "Hi",
        TokenUsage(12, 300),
        finish=FinishReason.LENGTH,
    ),
    # Content and finish in one chunk; thoughts count in the total alone.
    ProviderKind.GEMINI: Recorded(
        [
            event(
                choices=choice({"content": "Hi", "role": "assistant"}),
                created=1,
                id="Zx",
                model="gemini-x",
                object="chat.completion.chunk",
                usage={"completion_tokens": 1, "prompt_tokens": 5, "total_tokens": 60},
            ),
            event(
                choices=choice({"content": " there", "role": "assistant"}, "stop"),
                created=1,
                id="Zx",
                model="gemini-x",
                object="chat.completion.chunk",
                usage={"completion_tokens": 2, "prompt_tokens": 5, "total_tokens": 61},
            ),
            DONE,
        ],
        "Hi there",
        TokenUsage(5, 56),
    ),
    # Comments that keep the connection alive; content is null while the model reasons.
    ProviderKind.DEEPSEEK: Recorded(
        [
            b": keep-alive\n\n",
            event(
                **OPENAI,
                system_fingerprint="fp_1",
                choices=choice(
                    {"role": "assistant", "content": None, "reasoning_content": ""}, logprobs=None
                ),
            ),
            event(**OPENAI, choices=choice({"content": None, "reasoning_content": "First…"})),
            b": keep-alive\n\n",
            event(**OPENAI, choices=choice({"content": "Hi", "reasoning_content": None})),
            event(
                **OPENAI,
                choices=choice({"content": "", "reasoning_content": None}, "stop"),
                usage={
                    "prompt_tokens": 8,
                    "completion_tokens": 50,
                    "total_tokens": 58,
                    "prompt_cache_hit_tokens": 0,
                    "prompt_cache_miss_tokens": 8,
                },
            ),
            DONE,
        ],
        "Hi",
        TokenUsage(8, 50),
        "First…",
    ),
    # Comments while it looks for a provider; reasoning under another name; two kinds of finish reason.
    ProviderKind.OPENROUTER: Recorded(
        [
            b": OPENROUTER PROCESSING\n\n",
            b": OPENROUTER PROCESSING\n\n",
            event(
                id="gen-1",
                provider="Azure",
                model="openai/gpt-x",
                object="chat.completion.chunk",
                created=1,
                choices=choice(
                    {
                        "role": "assistant",
                        "content": "",
                        "reasoning": "Thinking.",
                        "reasoning_details": [
                            {"type": "reasoning.summary", "summary": "Thinking."}
                        ],
                    },
                    native_finish_reason=None,
                ),
            ),
            event(
                id="gen-1",
                provider="Azure",
                model="openai/gpt-x",
                choices=choice({"role": "assistant", "content": "Hi", "reasoning": None}),
            ),
            event(
                id="gen-1",
                provider="Azure",
                model="openai/gpt-x",
                choices=choice(
                    {"role": "assistant", "content": ""}, "stop", native_finish_reason="completed"
                ),
            ),
            event(
                id="gen-1",
                provider="Azure",
                model="openai/gpt-x",
                choices=choice({"role": "assistant", "content": ""}),
                usage={"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10, "cost": 0.1},
            ),
            DONE,
        ],
        "Hi",
        TokenUsage(7, 3),
        "Thinking.",
    ),
    # Thoughts in the text, between tags that come apart.
    ProviderKind.LMSTUDIO: Recorded(
        [
            event(
                id="chatcmpl-b",
                object="chat.completion.chunk",
                created=1,
                model="qwen-x",
                system_fingerprint="qwen-x",
                choices=choice({"role": "assistant", "content": "<thi"}, logprobs=None),
            ),
            event(id="chatcmpl-b", choices=choice({"content": "nk>\nHm"})),
            event(id="chatcmpl-b", choices=choice({"content": "m.</th"})),
            event(id="chatcmpl-b", choices=choice({"content": "ink>\n\nHi <b>"})),
            event(id="chatcmpl-b", choices=choice({}, "stop")),
            event(
                id="chatcmpl-b",
                choices=[],
                usage={"prompt_tokens": 6, "completion_tokens": 9, "total_tokens": 15},
            ),
            DONE,
        ],
        "Hi <b>",
        TokenUsage(6, 9),
        "\nHmm.",
    ),
    # Reasoning under its short name; the last chunk repeats the role with an empty text.
    ProviderKind.OLLAMA: Recorded(
        [
            event(
                id="chatcmpl-3",
                object="chat.completion.chunk",
                created=1,
                model="gpt-oss:20b",
                system_fingerprint="fp_ollama",
                choices=choice({"role": "assistant", "content": "", "reasoning": "So,"}),
            ),
            event(id="chatcmpl-3", choices=choice({"role": "assistant", "content": "Hi"})),
            event(id="chatcmpl-3", choices=choice({"role": "assistant", "content": ""}, "stop")),
            event(
                id="chatcmpl-3",
                choices=[],
                usage={"prompt_tokens": 70, "completion_tokens": 12, "total_tokens": 82},
            ),
            DONE,
        ],
        "Hi",
        TokenUsage(70, 12),
        "So,",
    ),
    # Azure's first chunk has no choice; vLLM ends lines with CR LF; and one forgets the last empty line.
    ProviderKind.COMPATIBLE: Recorded(
        [
            event(id="", object="", choices=[], prompt_filter_results=[{"prompt_index": 0}]),
            chunk("Hi").replace(b"\n", b"\r\n"),
            chunk(finish="stop", usage={"prompt_tokens": 2, "completion_tokens": 1}),
            b"data: [DONE]",
        ],
        "Hi",
        TokenUsage(2, 1),
    ),
}


def model_of(kind: ProviderKind, fake: FakeModel) -> ChatModel:
    """Return a model of a kind, at the scripted server."""
    offer = Offer("a-provider", kind, (OfferedModel("a-model"),))
    return ChatModel(offer, fake.base_url, "sk-secret", limits=ModelLimits(calls_max=4))


async def asked(model: ChatModel, options: AnswerOptions = PLAIN) -> list[AnswerPiece]:
    """Return the pieces of an answer."""
    async with model.answering("a-model", TURNS, options) as pieces:
        return [piece async for piece in pieces]


@pytest.mark.parametrize("kind", RECORDED)
async def test_a_recorded_stream_is_understood(kind: ProviderKind) -> None:
    """Text, reasoning, end and usage are what the server meant, however the network cuts it."""
    recorded = RECORDED[kind]
    whole = b"".join(recorded.events)
    for size in (len(whole), 7, 1):
        cut = [whole[at : at + size] for at in range(0, len(whole), size)]
        with FakeModel() as fake:
            fake.script.append(sending(*cut))
            model = model_of(kind, fake)
            pieces = await asked(model)
            await model.close()

        assert "".join(piece.text for piece in pieces) == recorded.text
        assert "".join(piece.reasoning for piece in pieces) == recorded.reasoning
        assert [piece.finish for piece in pieces if piece.finish] == [recorded.finish]
        assert pieces[-1].usage == recorded.usage


REQUESTS: dict[ProviderKind, dict[str, Any]] = {
    ProviderKind.OPENAI: {
        "temperature": 1.5,
        "max_completion_tokens": 300,
        "reasoning_effort": "high",
    },
    ProviderKind.XAI: {
        "temperature": 1.5,
        "max_completion_tokens": 300,
        "reasoning_effort": "high",
    },
    # Thinking takes its tokens from the limit, and leaves the temperature alone.
    ProviderKind.ANTHROPIC: {
        "max_tokens": 16_300,
        "thinking": {"type": "enabled", "budget_tokens": 16_000},
    },
    ProviderKind.GEMINI: {"temperature": 1.5, "max_tokens": 300, "reasoning_effort": "high"},
    ProviderKind.DEEPSEEK: {"temperature": 1.5, "max_tokens": 300},
    ProviderKind.OPENROUTER: {
        "temperature": 1.5,
        "max_tokens": 300,
        "reasoning": {"effort": "high"},
    },
    ProviderKind.LMSTUDIO: {"temperature": 1.5, "max_tokens": 300, "reasoning_effort": "high"},
    ProviderKind.OLLAMA: {"temperature": 1.5, "max_tokens": 300, "reasoning_effort": "high"},
    ProviderKind.COMPATIBLE: {"temperature": 1.5, "max_tokens": 300, "reasoning_effort": "high"},
}


@pytest.mark.parametrize("kind", ProviderKind)
async def test_a_request_is_in_the_servers_dialect(kind: ProviderKind) -> None:
    """Each option stands under the name that the server knows, and the key in its header."""
    with FakeModel() as fake:
        fake.step = sending(*answering("Hi"))
        model = model_of(kind, fake)
        await asked(model, ASKED)
        await model.close()

    (seen,) = fake.requests
    assert seen.path == "/v1/chat/completions"
    assert seen.headers["authorization"] == "Bearer sk-secret"
    assert seen.body == {
        "model": "a-model",
        "messages": [
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": "Hello"},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        **REQUESTS[kind],
    }


@pytest.mark.parametrize("kind", ProviderKind)
def test_every_kind_has_a_dialect_and_an_address(kind: ProviderKind) -> None:
    """None is forgotten; only "compatible" is anywhere."""
    assert bool(DIALECTS[kind].base_url) is (kind is not ProviderKind.COMPATIBLE)
    assert kind in RECORDED


async def test_anthropics_temperature_is_capped() -> None:
    """Above 1 its endpoint takes no temperature."""
    with FakeModel() as fake:
        fake.step = sending(*answering("Hi"))
        model = model_of(ProviderKind.ANTHROPIC, fake)
        await asked(model, AnswerOptions(temperature=1.5))
        await model.close()

    assert fake.requests[0].body["temperature"] == 1


async def test_what_a_model_refuses_is_left_out_from_then_on() -> None:
    """A model without reasoning refuses the field once; then it is asked without."""
    with FakeModel() as fake:
        fake.script.extend([failing(400), sending(*answering("Hi")), sending(*answering("Ho"))])
        model = model_of(ProviderKind.XAI, fake)
        await asked(model, ASKED)
        await asked(model, ASKED)
        await model.close()

    bodies = [seen.body for seen in fake.requests]
    assert ["reasoning_effort" in body for body in bodies] == [True, False, False]
    assert all(body["max_completion_tokens"] == 300 for body in bodies)


def refusing(*fields: str) -> Step:
    """Answer requests without *fields*, and no others."""

    def step(exchange: Exchange) -> None:
        refused = any(field in exchange.seen.body for field in fields)
        (failing(400) if refused else sending(*answering("Hi")))(exchange)

    return step


@pytest.mark.parametrize("refused", [["temperature"], ["temperature", "stream_options"]])
async def test_a_model_that_takes_no_temperature_is_asked_without_one(refused: list[str]) -> None:
    """OpenAI's models that reason refuse it; what they do take is asked for as before."""
    with FakeModel() as fake:
        fake.step = refusing(*refused)
        model = model_of(ProviderKind.OPENAI, fake)
        await asked(model, ASKED)
        before = len(fake.requests)
        await asked(model, ASKED)
        await asked(model)
        await model.close()

    assert len(fake.requests) == before + 2
    body = fake.requests[before].body
    assert body["max_completion_tokens"] == 300
    assert ("reasoning_effort" in body) is ("stream_options" not in refused)


async def test_a_model_that_does_not_think_keeps_the_other_options() -> None:
    """The limit and the temperature are those that were asked for, not the ones that thinking needs."""
    with FakeModel() as fake:
        fake.step = refusing("thinking")
        model = model_of(ProviderKind.ANTHROPIC, fake)
        await asked(model, AnswerOptions(0.5, 300, ReasoningEffort.LOW))
        await asked(model, AnswerOptions(0.5, 300))
        await model.close()

    for seen in fake.requests[1:]:
        assert (seen.body["temperature"], seen.body["max_tokens"]) == (0.5, 300)


@pytest.mark.parametrize(
    ("last", "error"),
    [
        # OpenRouter tells in the stream that the provider behind it failed.
        (
            data({
                "id": "gen-1",
                "error": {"code": 502, "message": "secret words"},
                "choices": choice({"content": ""}, "error"),
            }),
            ModelUnavailable,
        ),
        (data({"error": {"code": 429, "message": "secret words"}}), ModelBusy),
        (data({"error": {"code": "429", "message": "secret words"}}), ModelBusy),
        # LM Studio's own kind of event.
        (b'event: error\ndata: {"error":{"message":"secret words"}}\n\n', ModelUnavailable),
        # DeepSeek ends an answer when it has no machines left.
        (chunk(finish="insufficient_system_resource"), ModelUnavailable),
        (chunk(finish="error"), ModelUnavailable),
    ],
)
async def test_a_failure_within_a_stream_is_one(last: bytes, error: type[ModelError]) -> None:
    """Whatever was said before, the answer is not complete; the server's words go nowhere."""
    with FakeModel() as fake:
        fake.script.append(sending(chunk("Hi"), last, DONE))
        model = model_of(ProviderKind.OPENROUTER, fake)
        heard: list[str] = []
        with pytest.raises(error) as caught:
            async with model.answering("a-model", TURNS, AnswerOptions()) as pieces:
                heard.extend([piece.text async for piece in pieces])
        await model.close()

    assert "secret" not in str(caught.value)


async def test_a_refusal_is_the_answer_and_is_marked() -> None:
    """OpenAI's models decline in a field of its own."""
    with FakeModel() as fake:
        fake.script.append(
            sending(
                chunk(refusal="I cannot"), chunk(refusal=" do that."), chunk(finish="stop"), DONE
            )
        )
        model = model_of(ProviderKind.OPENAI, fake)
        pieces = await asked(model)
        await model.close()

    assert "".join(piece.text for piece in pieces) == "I cannot do that."
    assert pieces[-1].finish is FinishReason.CONTENT_FILTER


@pytest.mark.parametrize(
    "reason",
    [
        "content_filter",
        "SAFETY",
        "PROHIBITED_CONTENT",
        "content_filter: PROHIBITED_CONTENT",
        "RECITATION",
        "refusal",
    ],
)
async def test_an_answer_that_a_filter_ended_is_marked(reason: str) -> None:
    """Whatever the server calls it: with a text it ends as filtered, and without one it is a refusal."""
    with FakeModel() as fake:
        fake.script.append(sending(chunk("Well"), chunk(finish=reason), DONE))
        fake.script.append(sending(chunk(finish=reason), DONE))
        model = model_of(ProviderKind.GEMINI, fake)
        pieces = await asked(model)
        with pytest.raises(ModelError) as caught:
            await asked(model)
        await model.close()

    assert pieces[-1].finish is FinishReason.CONTENT_FILTER
    assert caught.value.error_class is ErrorClass.MODEL_REFUSED


async def test_content_may_come_in_parts() -> None:
    """Mistral's models that reason send lists: their thoughts are told apart, and nothing said is lost."""
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "So, "}], "closed": True}
    with FakeModel() as fake:
        fake.script.append(
            sending(
                data({"choices": choice({"content": [thought]})}),
                data({"choices": choice({"content": [{"type": "text", "text": "Hi"}, None]})}),
                chunk(" there"),
                chunk(finish="stop"),
                DONE,
            )
        )
        model = model_of(ProviderKind.COMPATIBLE, fake)
        pieces = await asked(model)
        await model.close()

    assert "".join(piece.text for piece in pieces) == "Hi there"
    assert "".join(piece.reasoning for piece in pieces) == "So, "


async def test_leaving_early_closes_the_connection() -> None:
    """Who stops reading stops the model, at once."""
    with FakeModel() as fake:
        fake.script.append(sending(chunk("Hi"), fake.release))
        model = model_of(ProviderKind.OPENAI, fake)
        async with model.answering("a-model", TURNS, AnswerOptions()) as pieces:
            assert (await anext(pieces)).text == "Hi"
        assert await asyncio.to_thread(fake.requests[0].disconnected.wait, 10.0)
        await model.close()


async def test_a_provider_that_answers_again_is_asked_again_at_once() -> None:
    """Whoever looks whether it is back may read for minutes: nobody else waits for the end of that."""
    time = [1000.0]
    with FakeModel() as fake:
        offer = Offer("a-provider", ProviderKind.OPENAI, (OfferedModel("a-model"),))
        model = ChatModel(offer, fake.base_url, "", limits=ModelLimits(), clock=lambda: time[0])
        fake.step = failing(500)
        for _ in range(FAILURES_MAX):
            with pytest.raises(ModelUnavailable):
                await asked(model)
        states = [model.state]
        time[0] += PAUSE_SECONDS
        fake.script.append(sending(chunk("Hi"), fake.release))
        fake.step = sending(*answering("Hi"))
        async with model.answering("a-model", TURNS, PLAIN) as pieces:
            assert (await anext(pieces)).text == "Hi"
            states.append(model.state)
            assert (await asked(model))[0].text == "Hi"
        await model.close()

    assert states == [ProviderState.PAUSED, ProviderState.READY]


async def test_a_slow_reader_is_no_slow_provider() -> None:
    """The time that a reader takes between two pieces is none of the provider's."""
    loop = asyncio.get_running_loop()
    with FakeModel() as fake:
        fake.script.append(sending(chunk("Hi"), fake.release, chunk(finish="stop"), DONE))
        offer = Offer("a-provider", ProviderKind.OPENAI, (OfferedModel("a-model"),))
        limits = ModelLimits(total_seconds=1.0)
        model = ChatModel(offer, fake.base_url, "sk-secret", limits=limits)
        async with model.answering("a-model", TURNS, PLAIN) as pieces:
            assert (await anext(pieces)).text == "Hi"
            begun = loop.time()
            await asyncio.to_thread(until, lambda: loop.time() > begun + 1.1)
            fake.release.set()
            last = [piece async for piece in pieces][-1]
        await model.close()

    assert last.finish is FinishReason.STOP


async def test_an_event_without_an_end_is_given_up() -> None:
    """A line that goes on for ever is not gathered for ever."""
    with FakeModel() as fake:
        fake.script.append(sending(b"data: ", *[b"x" * 65536] * 20))
        model = model_of(ProviderKind.OPENAI, fake)
        with pytest.raises(ModelError) as caught:
            await asked(model)
        await model.close()

    assert caught.value.error_class is ErrorClass.REPLY_TOO_LARGE
