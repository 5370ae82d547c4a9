"""Several personas talk with one user, each by its own provider, and share one memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from memsvc.store.embedded import EmbeddedPostgres
from memsvc.v1 import chat_pb2
from tests.chats.conftest import Talk, kinds, new_database, only, settings, text_of
from tests.fakes.chat_steps import answering, chunk, replying, sending
from tests.fakes.model_server import FakeModel, SeenCall, failing
from tests.support.server import ServerProcess
from tests.support.wire import Refused


def persona(talk: Talk, persona_id: str, name: str, provider: str, prompt: str) -> str:
    """Create a persona of the user's; return its id."""
    talk.wire.call(
        "PersonaService/CreatePersona",
        persona={
            "persona_id": persona_id,
            "user_id": talk.user_id,
            "name": name,
            "system_prompt": prompt,
            "provider": provider,
        },
    )
    return persona_id


@pytest.fixture
def pair(talk: Talk) -> list[str]:
    """Two personas on two providers."""
    return [
        persona(talk, "ada", "Ada", "first", "You calculate."),
        persona(talk, "bob", "Bob", "second", "You paint."),
    ]


def spoken(events: list[chat_pb2.ChatEvent]) -> list[tuple[str, str]]:
    """Return who said what."""
    said: list[tuple[str, str]] = []
    for event in events:
        if event.WhichOneof("event") == "speaker":
            said.append((event.speaker.persona_id, ""))
        elif event.WhichOneof("event") == "delta":
            said[-1] = (said[-1][0], said[-1][1] + event.delta.text)
    return said


def test_all_speak_in_turn_and_hear_each_other(
    talk: Talk, first: FakeModel, second: FakeModel, pair: list[str]
) -> None:
    """Each is asked at its provider with its own instructions, and given what the others said by name."""
    first.step = sending(*answering("Seven."))
    second.step = sending(*answering("Blue."))
    events = talk.say("Number and colour?", participants=pair, turns_max=3)

    assert spoken(events) == [("ada", "Seven."), ("bob", "Blue."), ("ada", "Seven.")]
    assert kinds(events)[:6] == ["started", "speaker", "context", "delta", "turn_end", "speaker"]
    assert kinds(events)[-3:] == ["title", "usage", "done"]
    assert "You calculate." in first.requests[0].turns[0][1]
    assert "You paint." in second.requests[0].turns[0][1]
    assert second.requests[0].turns[-1][1].endswith("Number and colour?\n\nAda: Seven.")
    assert [role for role, _ in first.requests[1].turns] == ["system", "user", "assistant", "user"]
    assert first.requests[1].turns[-1][1].endswith("Bob: Blue.")
    stored = [(m["author"], m["agent_id"], m["content"]) for m in talk.messages()]
    assert stored == [
        ("", "", "Number and colour?"),
        ("Ada", "ada", "Seven."),
        ("Bob", "bob", "Blue."),
        ("Ada", "ada", "Seven."),
    ]
    ends = [e.turn_end.assistant_message_id for e in events if e.WhichOneof("event") == "turn_end"]
    assert ends == [message["message_id"] for message in talk.messages()[1:]]
    assert only(events, "done").assistant_message_id == ends[-1]


def test_they_share_one_memory(
    talk: Talk, first: FakeModel, second: FakeModel, pair: list[str]
) -> None:
    """What the user told one of them, the other knows."""
    talk.say("My boat is called Petrel.", persona_id="ada")
    talk.say("What is my boat called?", persona_id="bob")

    assert "Petrel" in second.requests[-1].prompt


def test_whoever_is_spoken_to_answers(
    talk: Talk, first: FakeModel, second: FakeModel, pair: list[str]
) -> None:
    """First whom the user named, then whom that one named, then it is the user's turn."""
    second.step = sending(*answering("Ask @Ada."))
    first.step = sending(*answering("Seven."))
    events = talk.say(
        "@Bob, how many?", participants=pair, turn_policy="TURN_POLICY_ADDRESSED", turns_max=5
    )

    assert spoken(events) == [("bob", "Ask @Ada."), ("ada", "Seven.")]


def moderated(seen: SeenCall) -> bool:
    """Whether a request is the moderator's."""
    return "moderate" in seen.turns[0][1]


def test_a_moderator_says_who_is_next(
    talk: Talk, first: FakeModel, second: FakeModel, pair: list[str]
) -> None:
    """It is shown what was said, behind a fence; it names one after the other, and ends the round."""
    persona(talk, "host", "Host", "first", "You keep order.")
    order = iter(["bob", "ada", None])

    def reply(seen: SeenCall) -> str:
        if not moderated(seen):
            return "Seven."
        return f"Well: ```json\n{json.dumps({'next': next(order)})}\n```"

    first.step = replying(reply)
    events = talk.say(
        "How many?",
        participants=pair,
        persona_id="host",
        turn_policy="TURN_POLICY_MODERATOR",
        turns_max=6,
    )

    assert spoken(events) == [("bob", "The second one."), ("ada", "Seven.")]
    asked = [seen for seen in first.requests if moderated(seen)]
    assert len(asked) == 3
    assert "You keep order." in asked[0].turns[0][1]
    assert "The second one." in asked[1].turns[1][1]
    assert all("The second one." not in seen.turns[0][1] for seen in asked)


@pytest.mark.parametrize("reply", ["I do not know.", '{"next": "nobody"}', '{"next": 3}', "{}"])
def test_a_moderator_of_no_use_lets_everybody_speak_once(
    talk: Talk, first: FakeModel, second: FakeModel, pair: list[str], reply: str
) -> None:
    """In order; so the user is answered."""
    persona(talk, "host", "Host", "first", "You keep order.")
    first.step = replying(lambda seen: reply if moderated(seen) else "Seven.")
    events = talk.say(
        "How many?",
        participants=pair,
        persona_id="host",
        turn_policy="TURN_POLICY_MODERATOR",
        turns_max=6,
    )

    assert [who for who, _ in spoken(events)] == pair


def test_a_retry_goes_on_where_the_company_was(
    talk: Talk, first: FakeModel, second: FakeModel, pair: list[str]
) -> None:
    """Who has spoken is not asked again; who broke off is; nothing is there twice."""
    request_id = str(uuid4())
    first.step = sending(*answering("Seven."))
    second.script.append(sending(chunk("Bl"), end=False))
    with pytest.raises(Refused) as caught:
        talk.say("Number and colour?", participants=pair, request_id=request_id)
    second.step = sending(*answering("Blue."))
    events = talk.say("Number and colour?", participants=pair, request_id=request_id)

    assert caught.value.reason == "LLM_STREAM_TRUNCATED"
    assert spoken(events) == [("ada", "Seven."), ("bob", "Blue.")]
    assert len(first.requests) == 1
    assert [(m["content"], m["interrupted"]) for m in talk.messages()] == [
        ("Number and colour?", False),
        ("Seven.", False),
        ("Blue.", False),
    ]
    again = talk.say("Number and colour?", participants=pair, request_id=request_id)
    assert spoken(again) == spoken(events)
    assert only(again, "done").replayed
    for told in (events, again):
        names = [one.speaker.name for one in told if one.WhichOneof("event") == "speaker"]
        assert names == ["Ada", "Bob"]


def test_a_speaker_whose_provider_is_down_speaks_by_another(
    talk: Talk, first: FakeModel, second: FakeModel, pair: list[str]
) -> None:
    """A persona's provider is its first choice, not its only one."""
    second.script.append(failing(400))
    second.script.append(failing(400))
    events = talk.say("Colour?", persona_id="bob")

    assert only(events, "provider_change").next_provider == "first"
    assert only(events, "done").provider == "first"


def test_built_in_personas_talk(talk: Talk, first: FakeModel) -> None:
    """Two of the starter set can be had at once."""
    listed = talk.wire.call("PersonaService/ListPersonas", user_id=talk.user_id, page_size=100)
    two = [one for one in listed.personas if one.built_in][:2]
    events = talk.say("Hello, both.", participants=[one.persona_id for one in two])

    assert [who for who, _ in spoken(events)] == [one.persona_id for one in two]
    assert two[0].system_prompt in first.requests[0].turns[0][1]


def cached(talk: Talk, message: str, **fields: Any) -> tuple[str, bool]:
    """Return an answer, and whether it came from the cache."""
    events = talk.say(message, **{"cache_mode": "CACHE_MODE_USE", **fields})
    return text_of(events), only(events, "done").cached


def test_the_same_question_is_answered_from_the_cache(talk: Talk, first: FakeModel) -> None:
    """Where nothing that shapes the answer differs; it is marked, costs nothing, and is stored as usual."""
    first.script.append(sending(*answering("Once.")))
    mode = {"memory_mode": "MEMORY_MODE_OFF"}
    answers = [cached(talk, "What is it?", **mode) for _ in range(2)]
    warmer = cached(talk, "What is it?", temperature=1, **mode)
    anew = cached(talk, "What is it?", cache_mode="CACHE_MODE_REFRESH", **mode)
    after = cached(talk, "What is it?", **mode)
    without = cached(talk, "What is it?", cache_mode="CACHE_MODE_OFF", **mode)

    assert answers == [("Once.", False), ("Once.", True)]
    assert warmer == ("I see.", False)
    assert anew == ("I see.", False)
    assert after == ("I see.", True)
    assert without == ("I see.", False)


def test_what_is_remembered_is_part_of_the_question(talk: Talk, first: FakeModel) -> None:
    """With another memory it is another question; another user's is another anyway."""
    mode = {"memory_mode": "MEMORY_MODE_READ_ONLY"}
    assert [cached(talk, "My pet?", **mode)[1] for _ in range(2)] == [False, True]
    talk.wire.call(
        "MemoryService/CreateMemory",
        user_id=talk.user_id,
        content="The user has a parrot as a pet.",
    )
    assert [cached(talk, "My pet?", **mode)[1] for _ in range(2)] == [False, True]


def test_an_answer_asked_for_anew_is_given_no_more(
    talk: Talk, first: FakeModel, second: FakeModel
) -> None:
    """Though another provider answers instead, whose answer is not kept for this one."""
    mode = {"memory_mode": "MEMORY_MODE_OFF"}
    first.script.append(sending(*answering("Stale.")))
    assert cached(talk, "And now?", **mode) == ("Stale.", False)
    first.script.append(failing(500))
    second.step = sending(*answering("Fresh."))
    fresh = cached(talk, "And now?", cache_mode="CACHE_MODE_REFRESH", **mode)

    assert fresh == ("Fresh.", False)
    assert cached(talk, "And now?", **mode) == ("I see.", False)


def test_what_the_cache_counted_outlives_a_server_that_is_stopped(
    chats_postgres: EmbeddedPostgres, first: FakeModel, tmp_path: Path
) -> None:
    """Told to end it notes what waits to be noted."""
    environment = settings(new_database(chats_postgres), tmp_path, first)
    for _ in range(2):
        with ServerProcess(tmp_path / "log", **environment) as server:
            talk = Talk(server.target, "ana")
            cached(talk, "What is it?", memory_mode="MEMORY_MODE_OFF")
            stats = talk.wire.call("AdminService/GetCacheStats")
            talk.close()

    assert (stats.hit_count, stats.miss_count) == (1, 1)


def test_an_answer_that_broke_off_is_not_kept(talk: Talk, first: FakeModel) -> None:
    """Only whole answers are given again."""
    first.script.append(sending(chunk("Ha"), end=False))
    with pytest.raises(Refused):
        cached(talk, "Half?", memory_mode="MEMORY_MODE_OFF")

    assert cached(talk, "Half?", memory_mode="MEMORY_MODE_OFF") == ("I see.", False)


def test_kept_answers_go_with_the_user(talk: Talk, first: FakeModel) -> None:
    """Erasing a user drops them; so does clearing the cache."""
    mode = {"memory_mode": "MEMORY_MODE_READ_ONLY"}
    cached(talk, "One?", **mode)
    cleared = talk.wire.call("AdminService/ClearCache", user_id=talk.user_id)
    assert cached(talk, "One?", **mode)[1] is False
    report = talk.wire.call("UserService/EraseUser", user_id=talk.user_id)

    assert cleared.answer_count == 1
    assert "response_cache" in str(report)
