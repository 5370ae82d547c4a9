"""A chat: what happens, in which order, what the model is given, and what is kept of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chats.conftest import Talk, kinds, only, text_of
from tests.fakes.chat_steps import DONE, answering, chunk, data, sending, usage
from tests.fakes.model_server import FakeModel, SeenCall
from tests.support.server import ServerProcess
from tests.support.waiting import until
from tests.support.wire import Refused


def system_of(seen: SeenCall) -> str:
    """Return what stands in the system role."""
    return "\n".join(text for role, text in seen.turns if role == "system")


def last_of(seen: SeenCall) -> str:
    """Return the turn that is to be answered."""
    role, text = seen.turns[-1]
    assert role == "user"
    return text


def test_a_chat_is_answered_and_both_turns_are_kept(talk: Talk, first: FakeModel) -> None:
    """The user's message comes first, the answer piece by piece, then title, usage and the end."""
    events = talk.say("I live in Bergen.")

    assert kinds(events) == ["started", "context", "delta", "title", "usage", "done"]
    assert text_of(events) == "I see."
    done = only(events, "done")
    assert (done.provider, done.model) == ("first", "first-model")
    stored = talk.messages()
    assert [(m["role"], m["content"]) for m in stored] == [
        (1, "I live in Bergen."),
        (2, "I see."),
    ]
    assert stored[0]["message_id"] == only(events, "started").user_message_id
    assert stored[1]["message_id"] == done.assistant_message_id
    assert stored[1]["parent_message_id"] == stored[0]["message_id"]
    assert not any(message["interrupted"] for message in stored)
    assert len(first.requests) == 1


def test_the_server_knows_what_was_said_before(talk: Talk, first: FakeModel) -> None:
    """The turns of the conversation stand before the message, oldest first, each once, in turn."""
    begun = only(talk.say("My cat is called Miso."), "started")
    first.step = sending(*answering("Miso it is."))
    talk.say("Say its name.", conversation_id=begun.conversation_id)
    events = talk.say("Once more.", conversation_id=begun.conversation_id)

    roles = [role for role, _ in first.requests[-1].turns]
    texts = [text for _, text in first.requests[-1].turns]
    assert roles == ["system", "user", "assistant", "user", "assistant", "user"]
    assert texts[1:5] == ["My cat is called Miso.", "I see.", "Say its name.", "Miso it is."]
    assert texts[5].endswith("Once more.")
    parts = {part.kind: part for part in only(events, "context").parts}
    assert len(parts[6].message_ids) == 4


def test_a_new_conversation_remembers_the_others(talk: Talk, first: FakeModel) -> None:
    """What was said elsewhere is recalled behind a fence beside the message, never in the system role."""
    talk.say("My allergy is against walnuts.")
    events = talk.say("What must I not eat, with my allergy?")

    seen = first.requests[-1]
    assert "walnuts" in last_of(seen)
    assert "<memories m" in last_of(seen)
    assert "walnuts" not in system_of(seen)
    shown = [hit.memory.content for hit in only(events, "context").memories]
    conscious = [memory.content for memory in only(events, "context").conscious]
    assert any("walnuts" in text for text in [*shown, *conscious])
    assert "What must I not eat, with my allergy?" not in shown


@pytest.mark.parametrize(
    ("mode", "stored", "recalled"),
    [
        ("MEMORY_MODE_FULL", 2, True),
        ("MEMORY_MODE_READ_ONLY", 0, True),
        ("MEMORY_MODE_WRITE_ONLY", 2, False),
        ("MEMORY_MODE_OFF", 0, False),
    ],
)
def test_a_memory_mode_says_what_is_read_and_what_is_kept(
    talk: Talk, first: FakeModel, mode: str, stored: int, *, recalled: bool
) -> None:
    """Each of the four modes reads and writes what its name says."""
    talk.say("The key is under the blue stone.")
    events = talk.say("Where is the key?", memory_mode=mode)

    assert len(talk.messages()) == 2 + stored
    assert ("blue stone" in first.requests[-1].prompt) is recalled
    assert bool(only(events, "started").user_message_id) is bool(stored)
    assert bool(only(events, "done").assistant_message_id) is bool(stored)
    assert text_of(events) == "I see."


def test_preferences_shape_the_prompt(talk: Talk, first: FakeModel) -> None:
    """What the user wants of answers stands in the system turn, and is shown as a part of the prompt."""
    talk.wire.call(
        "ProfileService/UpdatePreferences",
        preferences={"user_id": talk.user_id, "nickname": "Captain"},
        update_mask="nickname",
    )
    events = talk.say("Hello.")

    assert "Captain" in system_of(first.requests[-1])
    parts = {part.kind: part.text for part in only(events, "context").parts}
    assert "Captain" in parts[2]


def test_a_persona_answers_in_its_way(talk: Talk, first: FakeModel) -> None:
    """Its instructions stand in the system turn, its temperature is asked for, its name is the author."""
    talk.wire.call(
        "PersonaService/CreatePersona",
        persona={
            "persona_id": "pirate",
            "user_id": talk.user_id,
            "name": "Red Anna",
            "system_prompt": "Speak like a pirate.",
            "temperature": 0.3,
        },
    )
    talk.say("Hello.", persona_id="pirate")

    seen = first.requests[-1]
    assert system_of(seen).startswith("Speak like a pirate.")
    assert seen.body["temperature"] == pytest.approx(0.3)
    said, answer = talk.messages()
    assert answer["author"] == "Red Anna"
    assert (said["agent_id"], answer["agent_id"]) == ("pirate", "pirate")


def test_a_persona_with_a_memory_of_its_own_knows_what_was_said_with_it(
    talk: Talk, first: FakeModel
) -> None:
    """What others were told stays with them; what it was told comes back."""
    talk.wire.call(
        "PersonaService/CreatePersona",
        persona={
            "persona_id": "lis",
            "user_id": talk.user_id,
            "name": "Lis",
            "system_prompt": "Listen.",
            "memory_scope": "PERSONA_MEMORY_SCOPE_OWN",
        },
    )
    talk.say("My secret drawer is green.")
    talk.say("My secret box is yellow.", persona_id="lis")
    talk.say("What colour are my secret things?", persona_id="lis")
    own = first.requests[-1].prompt
    talk.say("What colour are my secret things?")
    all_of_it = first.requests[-1].prompt

    assert "yellow" in own
    assert "green" not in own
    assert "yellow" in all_of_it
    assert "green" in all_of_it


def test_a_title_is_given_once(talk: Talk, first: FakeModel) -> None:
    """The first turn names the conversation after its first words; later turns leave the name alone."""
    events = talk.say("Plan a trip to Rome. It should be cheap.")
    conversation_id = only(events, "started").conversation_id
    later = talk.say("And short.", conversation_id=conversation_id)

    assert only(events, "title").title == "Plan a trip to Rome."
    assert "title" not in kinds(later)
    (listed,) = talk.wire.call(
        "ConversationService/ListConversations", user_id=talk.user_id
    ).conversations
    assert listed.title == "Plan a trip to Rome."
    assert len(first.requests) == 2


def test_what_an_answer_took_is_told_and_counted(talk: Talk, first: FakeModel) -> None:
    """Tokens as the provider counts them, reasoning included, and their price; both count for the tenant."""
    before = _used(talk)
    first.step = sending(
        chunk("Yes."),
        chunk(finish="stop"),
        data({"choices": [], "usage": usage(1000, 10, 1500)}),
        DONE,
    )
    events = talk.say("Is it?")

    used = only(events, "usage")
    assert (used.input_tokens, used.output_tokens, used.estimated) == (1000, 500, False)
    assert used.cost == pytest.approx(1000 * 10e-6 + 500 * 20e-6)
    cost = "model_cost_micros_per_day"
    until(lambda: _used(talk)[cost] != before[cost])
    after = _used(talk)
    assert after[cost] - before[cost] == 20_000
    # Facts are drawn meanwhile, which takes tokens as well.
    assert after["model_tokens_per_day"] - before["model_tokens_per_day"] >= 1500


def test_an_answer_that_breaks_off_costs_what_it_took(talk: Talk, first: FakeModel) -> None:
    """Whoever hangs up before the end, or is hung up on, pays for what was said until then."""
    before = _used(talk)
    first.script.append(sending(chunk("Half of", usage=usage(1000, 10)), end=False))
    with pytest.raises(Refused):
        talk.say("Go.")

    cost = "model_cost_micros_per_day"
    until(lambda: _used(talk)[cost] != before[cost])
    assert _used(talk)[cost] - before[cost] == 1000 * 10 + 10 * 20


def _used(talk: Talk) -> dict[str, int]:
    return {q.name: q.used for q in talk.wire.call("AdminService/GetQuota").quotas}


def test_a_provider_that_does_not_count_is_estimated(talk: Talk, first: FakeModel) -> None:
    """Where no usage comes, the texts say about how much it was, and that it is a guess."""
    first.step = sending(chunk("A word or two."), chunk(finish="stop"), DONE)
    used = only(talk.say("Hello?"), "usage")

    assert used.estimated
    assert used.input_tokens > 0
    assert used.output_tokens == 4


def test_reasoning_is_an_event_of_its_own(talk: Talk, first: FakeModel) -> None:
    """What the model thinks is told apart from what it says, and not kept."""
    first.step = sending(
        chunk(reasoning_content="Hmm, "),
        chunk(reasoning_content="yes."),
        chunk("Yes."),
        chunk(finish="stop"),
        DONE,
    )
    events = talk.say("Is it?", reasoning_effort="REASONING_EFFORT_HIGH")

    assert "".join(event.reasoning.text for event in events) == "Hmm, yes."
    assert text_of(events) == "Yes."
    assert first.requests[-1].body["reasoning_effort"] == "high"
    assert talk.messages()[-1]["content"] == "Yes."


def test_an_answer_that_is_cut_off_says_so(talk: Talk, first: FakeModel) -> None:
    """The end tells why: here the limit of tokens that the request set."""
    first.step = sending(chunk("A long"), chunk(finish="length"), DONE)
    done = only(talk.say("Tell me.", max_output_tokens=2), "done")

    assert done.finish_reason == 2
    assert first.requests[-1].body["max_tokens"] == 2


def test_a_long_history_is_cut_at_the_budget(talk: Talk, first: FakeModel) -> None:
    """The newest turns stay, whole; the context says that some were left out."""
    begun = only(talk.say(f"one {'x' * 900}"), "started")
    for word in ("two", "three"):
        talk.say(f"{word} {'x' * 900}", conversation_id=begun.conversation_id)
    events = talk.say(
        "four",
        conversation_id=begun.conversation_id,
        prompt_token_budget=700,
        recall_limit=0,
    )

    prompt = first.requests[-1].prompt
    assert "three x" in prompt
    assert "one x" not in "\n".join(text for role, text in first.requests[-1].turns[1:-1])
    history = {part.kind: part for part in only(events, "context").parts}[6]
    assert history.shortened


def test_a_command_in_the_message_says_what_to_recall(talk: Talk, first: FakeModel) -> None:
    """A line "@memory …" is what is recalled, whatever the rest is about."""
    talk.say("The spare tyre is in the shed.")
    events = talk.say("@memory spare tyre\nTell me a joke.", recall_limit=1)

    (hit,) = only(events, "context").memories
    assert hit.memory.content == "The spare tyre is in the shed."
    assert first.requests


def test_what_comes_of_tools_is_never_the_users_word(talk: Talk, first: FakeModel) -> None:
    """Text of others that is recalled is marked in the prompt as such."""
    talk.wire.call(
        "MemoryService/Ingest",
        user_id=talk.user_id,
        messages=[{"role": "ROLE_TOOL", "content": "The parcel number is 4711 from the web page."}],
    )
    talk.say("What is the parcel number?")

    asked = last_of(first.requests[-1])
    assert "tool_external" in asked
    assert "The parcel number is 4711" not in asked
    assert "4711" in asked


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"message": "  \n"}, "message"),
        ({"message": ""}, "message"),
        ({"turns_max": 3}, "turns_max"),
        ({"turn_policy": "TURN_POLICY_ADDRESSED"}, "turn_policy"),
        ({"participants": ["a", "b"], "persona_id": "c"}, "persona_id"),
        ({"participants": ["a", "b"], "turn_policy": "TURN_POLICY_MODERATOR"}, "persona_id"),
        ({"participants": ["a", "a"]}, "participants"),
        ({"user_message_id": "m"}, "user_message_id"),
        ({"temperature": 3}, "temperature"),
        ({"user_id": ""}, "user_id"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(
    talk: Talk, first: FakeModel, fields: dict[str, Any], field: str
) -> None:
    """It names the field; nobody is asked, and nothing is stored."""
    with pytest.raises(Refused) as caught:
        talk.say(**{"message": "Hello", **fields})

    assert (caught.value.code, caught.value.reason) == ("INVALID_ARGUMENT", "FIELD_INVALID")
    assert field in caught.value.violations
    assert not first.requests
    assert not talk.messages()


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"provider": "nobody"}, "PROVIDER_NOT_FOUND"),
        ({"provider": "first", "model": "no-such"}, "MODEL_NOT_FOUND"),
        ({"model": "no-such"}, "MODEL_NOT_FOUND"),
        ({"persona_id": "no-such"}, "PERSONA_NOT_FOUND"),
        ({"participants": ["no-such", "neither"]}, "PERSONA_NOT_FOUND"),
    ],
)
def test_who_is_not_there_is_not_found(
    talk: Talk, first: FakeModel, fields: dict[str, Any], reason: str
) -> None:
    """Before anything is stored."""
    with pytest.raises(Refused) as caught:
        talk.say(**fields)

    assert (caught.value.code, caught.value.reason) == ("NOT_FOUND", reason)
    assert not first.requests
    assert not talk.messages()


def test_without_a_provider_the_setting_is_named(server: ServerProcess) -> None:
    """A server that nobody told whom to ask says which setting would."""
    talk = Talk(server.target, "user-of-a-silent-server")
    talk.wire = type(talk.wire)(server.target, "acme-key-0123456789")
    with pytest.raises(Refused) as caught:
        talk.wire.call("MemoryService/Chat", user_id=talk.user_id, message="Hello")
    talk.close()

    assert (caught.value.code, caught.value.reason) == (
        "FAILED_PRECONDITION",
        "PROVIDER_NOT_CONFIGURED",
    )
    assert caught.value.metadata["setting"] == "chat_providers"
    assert "chat_providers" in caught.value.message
