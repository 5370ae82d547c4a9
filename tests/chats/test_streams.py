"""How a stream comes: at once, never silent for long, and in order whatever the provider does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from memsvc.store.embedded import EmbeddedPostgres
from tests.chats.conftest import Talk, kinds, only, serving, talking, text_of
from tests.fakes.chat_steps import DONE, answering, chunk, data, sending
from tests.fakes.model_server import (
    MEGABYTE,
    FakeModel,
    Step,
    dropping,
    failing,
    hanging,
    html,
    redirecting,
    streaming,
)
from tests.support.server import ServerProcess
from tests.support.waiting import until
from tests.support.wire import Refused


def test_a_piece_is_sent_as_soon_as_it_is_there(talk: Talk, first: FakeModel) -> None:
    """The caller has the first word while the model is still silent about the second."""
    first.script.append(sending(chunk("One"), first.release, *answering(" two")))
    heard = ""
    for event in talk.begin("Count."):
        heard += event.delta.text
        if heard == "One":
            first.release.set()

    assert heard == "One two"


def test_a_silent_stream_is_kept_alive(talk: Talk, first: FakeModel) -> None:
    """While the model thinks, empty events say that the stream lives."""
    first.script.append(sending(first.release, *answering("At last.")))
    events = []
    for event in talk.begin("Think."):
        events.append(event)
        if kinds(events) == ["started", "context"] and event.HasField("keepalive"):
            first.release.set()

    assert kinds(events)[:3] == ["started", "context", "delta"]
    assert text_of(events) == "At last."


def test_a_keepalive_does_not_begin_the_answer(talk: Talk, first: FakeModel) -> None:
    """A provider that fails after a silence is still replaced by the next one."""
    first.script.append(sending(first.release, end=False))
    events = []
    for event in talk.begin("Think."):
        events.append(event)
        if event.HasField("keepalive") and first.requests:
            first.release.set()

    assert only(events, "provider_change").next_provider == "second"
    assert only(events, "done").provider == "second"


def test_characters_that_come_apart_are_whole_again(talk: Talk, first: FakeModel) -> None:
    """Whatever the pieces on the network, a character of several bytes arrives as one."""
    first.script.append(streaming(["Grüße, ", "日本", " 👩‍👩‍👧"], split_characters=True))

    assert text_of(talk.say("Greet.")) == "Grüße, 日本 👩‍👩‍👧"


def escaped(text: str, field: str = "content") -> bytes:
    """Return a chunk with this text, written as it stands in JSON."""
    return data({"choices": [{"delta": {field: "@"}}]}).replace(b'"@"', f'"{text}"'.encode())


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ([r"So \ud83d", r"\ude00 and on"], "So 😀 and on"),
        ([r"a\ud83d", "b"], "a\ufffdb"),
        ([r"\ude00a"], "\ufffda"),
        ([r"all but \ud83d"], "all but \ufffd"),
        ([r"no\u0000thing"], "no\ufffdthing"),
    ],
)
def test_what_is_no_character_costs_no_answer(
    talk: Talk, first: FakeModel, pieces: list[str], text: str
) -> None:
    """Halves of a pair are put together across pieces; a lone one, or a NUL, becomes "�" and is kept so."""
    first.script.append(sending(*map(escaped, pieces), chunk(finish="stop"), DONE))
    events = talk.say("Go on.")

    assert text_of(events) == text
    assert talk.messages()[-1]["content"] == text
    assert only(events, "done").finish_reason == 1


def test_thoughts_too_are_of_whole_characters(talk: Talk, first: FakeModel) -> None:
    """A model's reasoning is put together on its own, beside the answer."""
    first.script.append(
        sending(
            escaped(r"h\ud83d", "reasoning_content"),
            escaped(r"a\ud83d"),
            escaped(r"\ude00m\u0000", "reasoning_content"),
            escaped(r"\ude01"),
            chunk(finish="stop"),
            DONE,
        )
    )
    events = talk.say("Think.")

    assert "".join(event.reasoning.text for event in events) == "h😀m\ufffd"
    assert text_of(events) == "a😁"


@pytest.mark.parametrize(
    "noise",
    [
        b": keep-alive\n\n",
        b"event: ping\ndata: {}\n\n",
        b"data: not json\n\n",
        b"data: [1, 2]\n\n",
        b'data: {"choices": null}\n\n',
        b'data: {"choices": [null]}\n\n',
        b'data: {"choices": [{"delta": null}]}\n\n',
        b'data: {"choices": [{"delta": {"content": 7}}]}\n\n',
        b'data: {"choices": [{"finish_reason": []}]}\n\n',
        b'data: {"choices": [{"finish_reason": {}, "delta": []}]}\n\n',
        b'data: {"usage": {"prompt_tokens": -1, "completion_tokens": 1}}\n\n',
        b'data: {"usage": {"prompt_tokens": 1e400, "completion_tokens": true}}\n\n',
        b'data: {"usage": {"prompt_tokens": 3, "completion_tokens": 99999999999999999999}}\n\n',
        b"data:\n\n",
        b"\n\n\n",
        b"id: 3\nretry: 10\n\n",
    ],
)
def test_noise_in_a_stream_is_passed_over(talk: Talk, first: FakeModel, noise: bytes) -> None:
    """What is no piece of an answer is left out, wherever it stands."""
    first.script.append(
        sending(noise, chunk("Fi"), noise, chunk("ne."), chunk(finish="stop"), noise, DONE)
    )

    assert text_of(talk.say("How?")) == "Fine."


def test_thoughts_without_an_answer_are_refused(talk: Talk, first: FakeModel) -> None:
    """The model came to its end, so nobody asks again by himself; the user's message is kept."""
    first.script.append(
        sending(chunk(reasoning_content="Hmm."), chunk(finish="length"), DONE),
    )
    with pytest.raises(Refused) as caught:
        talk.say("Think.")

    assert (caught.value.code, caught.value.reason) == ("FAILED_PRECONDITION", "MODEL_REFUSED")
    assert [message["content"] for message in talk.messages()] == ["Think."]


def test_a_refusal_without_a_word_is_the_end_of_it(
    chats_of_two: Talk, first: FakeModel, second: FakeModel
) -> None:
    """What one model's filter stops is shown to no other, whether it thought before or not."""
    thoughts = chunk(reasoning_content="Hmm.")
    for before in (b"", thoughts):
        first.script.append(sending(before or b": hm\n\n", chunk(finish="content_filter"), DONE))
        with pytest.raises(Refused) as caught:
            chats_of_two.say("Tell me.")
        assert (caught.value.code, caught.value.reason) == ("FAILED_PRECONDITION", "MODEL_REFUSED")
        assert caught.value.metadata["reason_class"] == "MODEL_REFUSED"
    assert second.requests == []


FAILURES: dict[str, tuple[Step, str]] = {
    "500": (failing(500), "MODEL_FAILED"),
    "401": (failing(401), "MODEL_REJECTED_KEY"),
    "drop": (dropping, "MODEL_UNREACHABLE"),
    "html": (html(), "MODEL_FAILED"),
    "redirection": (redirecting(), "MODEL_REJECTED_REQUEST"),
    "empty stream": (sending(DONE), "REPLY_UNUSABLE"),
    "error event": (sending(data({"error": {"message": "no", "code": 500}})), "MODEL_FAILED"),
    "odd error event": (sending(data({"error": {"code": [429]}})), "MODEL_FAILED"),
    "429": (failing(429, retry_after="1"), "MODEL_BUSY"),
}


def test_the_next_provider_answers_where_one_does_not(
    chats_of_two: Talk, first: FakeModel, second: FakeModel
) -> None:
    """The change is told with its reason; the answer is whole, and whose it is stands at its end."""
    for name, (step, reason) in FAILURES.items():
        first.step = step
        events = chats_of_two.say("Anybody?")

        change = only(events, "provider_change")
        assert (change.provider, change.next_provider, change.next_model, change.reason) == (
            "first",
            "second",
            "second-model",
            reason,
        ), name
        assert text_of(events) == "The second one."
        assert only(events, "done").provider == "second"
        assert chats_of_two.messages()[-1]["metadata"]["provider"] == "second"
    assert len(second.requests) == len(FAILURES)


def test_a_provider_that_does_not_answer_is_named(
    chats_postgres: EmbeddedPostgres, first: FakeModel, tmp_path: Path
) -> None:
    """The error and the log tell which one it was and why: a wrong key is found out about by nothing else."""
    with serving(chats_postgres, tmp_path, first) as server, talking(server) as talk:
        for step, reason_class in (
            (failing(401), "MODEL_REJECTED_KEY"),
            (failing(500), "MODEL_FAILED"),
            (failing(429), "MODEL_BUSY"),
        ):
            first.step = step
            with pytest.raises(Refused) as caught:
                talk.say("Anybody?")
            assert caught.value.metadata["provider"] == "first"
            assert caught.value.metadata["reason_class"] == reason_class
            assert f"first: {reason_class}" in caught.value.message
        lines = [line for line in server.log_lines() if line["event"] == "provider_failed"]
        log = server.log()

    assert [(line["provider"], line["model"], line["reason_class"]) for line in lines] == [
        ("first", "first-model", "MODEL_REJECTED_KEY"),
        ("first", "first-model", "MODEL_FAILED"),
        ("first", "first-model", "MODEL_BUSY"),
    ]
    assert "sk-key-of-first" not in log
    assert "Anybody?" not in log


def test_a_provider_that_fails_again_and_again_is_left_alone(
    chats_of_two: Talk, first: FakeModel, second: FakeModel
) -> None:
    """After five failures in a row it is not asked for a while, and shown as paused."""
    first.step = failing(500)
    for _ in range(5):
        chats_of_two.say("Anybody?")
    asked = len(first.requests)
    events = chats_of_two.say("Anybody?")

    assert only(events, "provider_change").reason == "MODEL_PAUSED"
    assert len(first.requests) == asked
    shown = chats_of_two.wire.call("ProviderService/ListProviders").providers
    assert [(one.name, one.state) for one in shown] == [("first", 3), ("second", 1)]
    assert second.requests


def test_who_is_named_is_asked_and_nobody_else(
    chats_of_two: Talk, first: FakeModel, second: FakeModel
) -> None:
    """A request that names its provider is not answered by another one."""
    first.step = failing(500)
    with pytest.raises(Refused) as caught:
        chats_of_two.say("Anybody?", provider="first")

    assert (caught.value.code, caught.value.reason) == ("UNAVAILABLE", "MODEL_UNAVAILABLE")
    assert not second.requests
    assert [message["content"] for message in chats_of_two.messages()] == ["Anybody?"]


def test_a_request_chooses_provider_and_model(
    talk: Talk, first: FakeModel, second: FakeModel
) -> None:
    """By provider, by both, or by a model that only one of them offers."""
    talk.say("One.", provider="second")
    talk.say("Two.", provider="second", model="second-large")
    talk.say("Three.", model="second-large")

    assert [seen.body["model"] for seen in second.requests] == [
        "second-model",
        "second-large",
        "second-large",
    ]
    assert not first.requests


def test_providers_and_models_are_listed(talk: Talk) -> None:
    """In the order in which they are asked, the default model first, with prices; and no key anywhere."""
    providers = talk.wire.call("ProviderService/ListProviders").providers
    models = talk.wire.call("ProviderService/ListModels", provider="second").models

    assert [(one.name, one.kind, one.default_model) for one in providers] == [
        ("first", "compatible", "first-model"),
        ("second", "compatible", "second-model"),
    ]
    assert [(m.name, m.provider, m.input_price, m.output_price) for m in models] == [
        ("second-model", "second", 10, 20),
        ("second-large", "second", 1, 2),
    ]
    assert "sk-key" not in str(providers) + str(models)


def test_a_provider_that_hangs_is_given_up(slow_chats: Talk, first: FakeModel) -> None:
    """Neither a silent beginning nor a silent middle holds a caller for ever."""
    first.script.append(hanging())
    with pytest.raises(Refused) as silent:
        slow_chats.say("Hello?")
    first.script.append(sending(chunk("I was"), first.release))
    with pytest.raises(Refused) as stalled:
        slow_chats.say("Hello?")

    assert (silent.value.code, silent.value.reason) == ("UNAVAILABLE", "MODEL_UNAVAILABLE")
    assert stalled.value.reason == "LLM_STREAM_TRUNCATED"
    assert slow_chats.messages()[-1]["content"] == "I was"


def test_a_huge_answer_is_given_up(talk: Talk, first: FakeModel) -> None:
    """More than four megabytes are no answer: the stream ends, and what is kept of it is bounded."""
    piece = chunk("x" * 60_000)
    first.script.append(sending(*[piece] * (5 * MEGABYTE // len(piece)), DONE))
    with pytest.raises(Refused) as caught:
        talk.say("Go on for ever.")

    assert caught.value.reason == "LLM_STREAM_TRUNCATED"
    assert len(talk.messages()[-1]["content"]) == 100_000


def test_a_deadline_ends_a_stream(talk: Talk, first: FakeModel) -> None:
    """The caller's time is kept, the model is stopped, what was said is kept."""
    first.script.append(sending(chunk("Well, "), first.release))
    with pytest.raises(Refused) as caught:
        talk.say("Quickly!", seconds=2.0)

    assert caught.value.code == "DEADLINE_EXCEEDED"
    until(first.requests[0].disconnected.is_set)
    until(lambda: [m["interrupted"] for m in talk.messages()] == [False, True])


def test_a_key_and_what_is_said_stay_out_of_the_log(
    talk: Talk, chat_server: ServerProcess, first: FakeModel
) -> None:
    """The provider's key goes to the provider alone; no text goes into the log."""
    first.script.append(failing(401))
    talk.say("quokka7419 is my word.")

    assert first.requests[0].headers["authorization"] == "Bearer sk-key-of-first"
    assert "sk-key-of" not in chat_server.log()
    assert "quokka7419" not in chat_server.log()


def test_pages_of_the_web_are_cited(talk: Talk, first: FakeModel, searching: Any) -> None:
    """A search that is asked for gives the model numbered pages behind a fence, and the caller citations."""
    searching.results = [
        {"title": "Tides", "url": "https://example.org/tides", "content": "High at noon."},
        {"title": "No address", "url": "javascript:alert(1)", "content": "x"},
        {"title": "\ud83d\0", "url": "https://example.org/\ud83d\0", "content": "half\ude00"},
    ]
    events = talk.say("@search tide tables\nWhen is high water?")

    citation, odd = (one.citation for one in events if one.WhichOneof("event") == "citation")
    assert (odd.number, odd.title, odd.snippet) == (2, "\ufffd\ufffd", "half\ufffd")
    assert (citation.number, citation.title, citation.url, citation.snippet) == (
        1,
        "Tides",
        "https://example.org/tides",
        "High at noon.",
    )
    assert searching.queries[-1] == "tide tables"
    role, asked = first.requests[-1].turns[-1]
    assert role == "user"
    assert "https://example.org/tides" in asked
    assert "High at noon." not in asked
    assert talk.messages()[-1]["metadata"]["citations"] == [
        "https://example.org/tides",
        "https://example.org/\ufffd\ufffd",
    ]


@pytest.mark.parametrize("failure", [(500, b""), (200, b"<html>"), (200, b"{}"), (302, b"")])
def test_a_search_that_fails_is_told(
    talk: Talk, first: FakeModel, searching: Any, failure: tuple[int, bytes]
) -> None:
    """The answer comes without pages, and says so."""
    searching.failure = failure
    try:
        events = talk.say("When?", web_search="tides")
    finally:
        searching.failure = None

    assert "WEB_SEARCH_UNAVAILABLE" in only(events, "context").degraded_reasons
    assert text_of(events) == "I see."


def test_a_search_that_there_is_none_for_names_the_setting(
    chats_of_two: Talk, first: FakeModel
) -> None:
    """Searching the web is off unless the server was told whom to ask."""
    with pytest.raises(Refused) as caught:
        chats_of_two.say("When?", web_search="tides")

    assert caught.value.reason == "PROVIDER_NOT_CONFIGURED"
    assert caught.value.metadata["setting"] == "web_search_url"
    assert not first.requests
