"""A turn is stored once, whoever retries, breaks off or goes away."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest

from memsvc.store.embedded import EmbeddedPostgres
from memsvc.v1 import chat_pb2
from tests.chats.conftest import Talk, kinds, only, serving, talking, text_of
from tests.fakes.chat_steps import answering, chunk, sending
from tests.fakes.model_server import FakeModel, failing
from tests.support.waiting import until
from tests.support.wire import Refused


def test_the_same_request_again_is_answered_from_what_is_stored(
    talk: Talk, first: FakeModel
) -> None:
    """The model is not asked twice, nothing is stored twice, and the events say the same."""
    request_id = str(uuid4())
    before = talk.say("My name is Ola.", request_id=request_id)
    again = talk.say("My name is Ola.", request_id=request_id)

    assert len(first.requests) == 1
    assert len(talk.messages()) == 2
    assert kinds(again) == ["started", "delta", "title", "usage", "done"]
    assert text_of(again) == text_of(before) == "I see."
    assert only(again, "started") == only(before, "started")
    told, first_told = only(again, "done"), only(before, "done")
    assert told.replayed
    told.replayed = False
    assert told == first_told


def test_a_request_id_of_another_request_is_refused(talk: Talk, first: FakeModel) -> None:
    """The words differ, so it is no retry; nothing is asked or stored."""
    request_id = str(uuid4())
    talk.say("One.", request_id=request_id)
    with pytest.raises(Refused) as caught:
        talk.say("Another.", request_id=request_id)

    assert (caught.value.code, caught.value.reason) == ("ALREADY_EXISTS", "IDEMPOTENCY_KEY_REUSED")
    assert len(first.requests) == 1
    assert len(talk.messages()) == 2


def test_what_was_told_is_told_again_whatever_has_changed(
    chats_postgres: EmbeddedPostgres, first: FakeModel, tmp_path: Path
) -> None:
    """A persona that is gone since, and a quota that the turn filled, keep no reply from who lost it."""
    with (
        serving(chats_postgres, tmp_path, first, quota='{"memories": 1}') as server,
        talking(server) as talk,
    ):
        persona = {
            "persona_id": "ada",
            "user_id": talk.user_id,
            "name": "Ada",
            "system_prompt": "A.",
        }
        talk.wire.call("PersonaService/CreatePersona", persona=persona)
        request = {"persona_id": "ada", "request_id": str(uuid4())}
        before = talk.say("My name is Ola.", **request)
        talk.wire.call("PersonaService/DeletePersona", user_id=talk.user_id, persona_id="ada")
        again = talk.say("My name is Ola.", **request)
        with pytest.raises(Refused) as gone:
            talk.say("My name is Ola.", persona_id="ada", request_id=str(uuid4()))
        with pytest.raises(Refused) as full:
            talk.say("My name is Ola.", request_id=str(uuid4()))
        with pytest.raises(Refused) as reused:
            talk.say("My name is Nils.", **request)

    assert len(first.requests) == 1
    assert only(again, "done").replayed
    assert text_of(again) == text_of(before) == "I see."
    assert only(again, "started") == only(before, "started")
    assert gone.value.reason == "PERSONA_NOT_FOUND"
    assert full.value.reason == "QUOTA_EXCEEDED"
    assert reused.value.reason == "IDEMPOTENCY_KEY_REUSED"


def test_a_deleted_answer_is_not_told_again(talk: Talk, first: FakeModel) -> None:
    """What was deleted since is gone for the retry as well."""
    request_id = str(uuid4())
    done = only(talk.say("Say something.", request_id=request_id), "done")
    talk.wire.call(
        "ConversationService/DeleteMessage",
        user_id=talk.user_id,
        message_id=done.assistant_message_id,
    )
    again = talk.say("Say something.", request_id=request_id)

    assert text_of(again) == ""
    assert len(first.requests) == 1


def test_a_model_that_breaks_off_leaves_what_it_said(talk: Talk, first: FakeModel) -> None:
    """The pieces stay sent, the call ends UNAVAILABLE, the message is kept as interrupted."""
    first.script.append(sending(chunk("I think that"), chunk(" you"), end=False))
    call = talk.begin("What do you think?")
    events: list[chat_pb2.ChatEvent] = []
    with pytest.raises(grpc.RpcError) as caught:
        # What comes before the end is kept.
        events.extend(call)
    refused = Refused(caught.value)

    assert (refused.code, refused.reason) == ("UNAVAILABLE", "LLM_STREAM_TRUNCATED")
    assert text_of(events) == "I think that you"
    said, answer = talk.messages()
    assert said["content"] == "What do you think?"
    assert (answer["content"], answer["interrupted"]) == ("I think that you", True)
    assert refused.metadata["assistant_message_id"] == answer["message_id"]
    assert refused.metadata["user_message_id"] == said["message_id"]
    (listed,) = [
        message
        for message in talk.wire.call(
            "ConversationService/ListMessages",
            user_id=talk.user_id,
            conversation_id=said["conversation_id"],
        ).messages
        if message.role == 2
    ]
    assert listed.interrupted


def test_a_stream_without_an_end_is_one_that_broke_off(talk: Talk, first: FakeModel) -> None:
    """A connection that closes in order, without a word that the answer is complete, is not trusted."""
    first.script.append(sending(chunk("Half of"), end=True))
    with pytest.raises(Refused) as caught:
        talk.say("Go.")

    assert caught.value.reason == "LLM_STREAM_TRUNCATED"
    assert talk.messages()[-1]["interrupted"]


def test_a_retry_completes_what_broke_off(talk: Talk, first: FakeModel) -> None:
    """The whole answer takes the place of its beginning, under the same id."""
    request_id = str(uuid4())
    first.script.append(sending(chunk("I thi"), end=False))
    with pytest.raises(Refused) as caught:
        talk.say("What?", request_id=request_id)
    again = talk.say("What?", request_id=request_id)

    assert text_of(again) == "I see."
    said, answer = talk.messages()
    assert (answer["content"], answer["interrupted"]) == ("I see.", False)
    assert answer["message_id"] == caught.value.metadata["assistant_message_id"]
    assert said["message_id"] == only(again, "started").user_message_id


def test_a_failure_before_the_first_word_keeps_the_users_message(
    talk: Talk, first: FakeModel
) -> None:
    """Nothing was said, so nothing is stored of the answer; the retry finds the message there."""
    request_id = str(uuid4())
    first.script.append(failing(400))
    first.script.append(failing(400))
    with pytest.raises(Refused) as caught:
        talk.say("Are you there?", request_id=request_id, provider="first")
    assert (caught.value.code, caught.value.reason) == ("FAILED_PRECONDITION", "MODEL_REFUSED")
    assert [message["content"] for message in talk.messages()] == ["Are you there?"]

    talk.say("Are you there?", request_id=request_id, provider="first")
    assert [message["content"] for message in talk.messages()] == ["Are you there?", "I see."]


def test_a_caller_who_goes_away_stops_the_model(talk: Talk, first: FakeModel) -> None:
    """The provider's call is closed; what was said until then is kept as interrupted."""
    first.script.append(sending(chunk("Once upon"), chunk(" a time"), first.release))
    call = talk.begin("Tell me a story.")
    heard = ""
    while heard != "Once upon a time":
        heard += next(call).delta.text
    call.cancel()

    (seen,) = first.requests
    until(seen.disconnected.is_set)
    until(lambda: len(talk.messages()) == 2)
    answer = talk.messages()[-1]
    assert (answer["content"], answer["interrupted"]) == ("Once upon a time", True)


def test_a_retry_takes_over_from_a_call_that_is_under_way(talk: Talk, first: FakeModel) -> None:
    """The one before ends ABORTED; the answer of the new one is the only one stored."""
    request_id = str(uuid4())
    first.script.append(sending(chunk("The first"), first.release))
    call = talk.begin("Well?", request_id=request_id)
    heard = ""
    while heard != "The first":
        heard += next(call).delta.text
    again = talk.say("Well?", request_id=request_id)
    with pytest.raises(grpc.RpcError) as caught:
        list(call)

    refused = Refused(caught.value)
    assert (refused.code, refused.reason) == ("ABORTED", "CHAT_TAKEN_OVER")
    assert text_of(again) == "I see."
    until(first.requests[0].disconnected.is_set)
    assert [message["content"] for message in talk.messages()] == ["Well?", "I see."]


def test_many_at_once_with_one_request_id_store_one_answer(talk: Talk, first: FakeModel) -> None:
    """Whoever wins, there is one message and one answer, and at least one call has it whole."""
    request_id = str(uuid4())
    ends: list[object] = []

    def ask() -> None:
        try:
            ends.append(text_of(talk.say("Race.", request_id=request_id)))
        except Refused as refused:
            ends.append(refused.reason)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(ends) <= {"I see.", "CHAT_TAKEN_OVER"}
    assert "I see." in ends
    assert [message["content"] for message in talk.messages()] == ["Race.", "I see."]


def facts_of(talk: Talk, **more: Any) -> list[Any]:
    """Return the facts of a user."""
    fields = {"user_id": talk.user_id, "kinds": ["MEMORY_KIND_FACT"], **more}
    return list(talk.wire.call("MemoryService/ListMemories", **fields).memories)


def test_an_interrupted_answer_teaches_nothing(
    talk: Talk, first: FakeModel, reader: FakeModel
) -> None:
    """No model is asked for the facts of half an answer; it is for those of a whole one."""
    first.script.append(sending(chunk("You live in Paris."), end=False))
    with pytest.raises(Refused):
        talk.say("Where do I dwell?")
    first.script.append(sending(*answering("You live in Lima.")))
    talk.say("And where do I dwell?")
    (found,) = until(lambda: facts_of(talk))

    assert "Lima" in found.content
    assert not [seen for seen in reader.requests if seen.message == "You live in Paris."]


def test_what_the_model_says_is_never_the_users_own_word(talk: Talk, first: FakeModel) -> None:
    """It is trusted less, and displaces nothing that the user said."""
    first.step = sending(*answering("You live in Paris."))
    talk.say("I live in Oslo.")
    until(lambda: len(facts_of(talk, include_superseded=True)) == 2)
    by_role = {fact.source_role: fact for fact in facts_of(talk, include_superseded=True)}

    assert "Oslo" in by_role[1].content
    assert not by_role[1].superseded_by
    assert by_role[1].trust == 1
    assert "Paris" in by_role[2].content
    assert by_role[2].trust < 1
    assert by_role[2].contested


def test_saying_it_anew_cuts_off_what_came_after(talk: Talk, first: FakeModel) -> None:
    """An edited message takes its own place; the answers and the facts that came from it are gone."""
    begun = only(talk.say("Hello."), "started")
    edited = talk.say("I live in Rome.", conversation_id=begun.conversation_id)
    job_id = only(edited, "done").job_id
    until(lambda: talk.wire.call("JobService/GetJob", job_id=job_id).job.state == 3)
    talk.say("Thanks.", conversation_id=begun.conversation_id)
    first.step = sending(*answering("Oslo, then."))

    events = talk.say(
        "I live in Oslo.",
        conversation_id=begun.conversation_id,
        user_message_id=only(edited, "started").user_message_id,
    )

    assert text_of(events) == "Oslo, then."
    assert [message["content"] for message in talk.messages()] == [
        "Hello.",
        "I see.",
        "I live in Oslo.",
        "Oslo, then.",
    ]
    job_id = only(events, "done").job_id
    until(lambda: talk.wire.call("JobService/GetJob", job_id=job_id).job.state == 3)
    facts = talk.wire.call(
        "MemoryService/ListMemories", user_id=talk.user_id, kinds=["MEMORY_KIND_FACT"]
    )
    assert ["Oslo" in fact.content for fact in facts.memories] == [True]
    assert "Rome" not in first.requests[-1].prompt


def test_an_answer_is_asked_for_again(talk: Talk, first: FakeModel) -> None:
    """The same message under its own id gets a new answer in the place of the old one."""
    begun = only(talk.say("A joke, please."), "started")
    first.step = sending(*answering("A better one."))
    events = talk.say(
        "A joke, please.",
        conversation_id=begun.conversation_id,
        user_message_id=begun.user_message_id,
    )

    assert text_of(events) == "A better one."
    assert [message["content"] for message in talk.messages()] == [
        "A joke, please.",
        "A better one.",
    ]


def test_a_deleted_fact_is_not_told_to_the_model(talk: Talk, first: FakeModel) -> None:
    """What was deleted is gone from the very next chat."""
    talk.say("The code of the door is 7731.")
    (said,) = [message for message in talk.messages() if "7731" in message["content"]]
    talk.wire.call(
        "ConversationService/DeleteMessage", user_id=talk.user_id, message_id=said["message_id"]
    )
    talk.say("What is the code of the door?")

    assert "7731" not in first.requests[-1].prompt


def test_an_erased_user_is_not_chatted_with(talk: Talk, first: FakeModel) -> None:
    """Nothing is asked or kept for a user who was erased."""
    talk.say("Hello.")
    talk.wire.call("UserService/EraseUser", user_id=talk.user_id)
    with pytest.raises(Refused) as caught:
        talk.say("Hello again.")

    assert (caught.value.code, caught.value.reason) == ("FAILED_PRECONDITION", "USER_ERASED")
    assert len(first.requests) == 1


def test_a_message_of_another_conversation_is_not_said_anew(talk: Talk, first: FakeModel) -> None:
    """Its own conversation stays whole, and the error names the field."""
    begun = only(talk.say("Here."), "started")
    with pytest.raises(Refused) as caught:
        talk.say("There.", conversation_id="elsewhere", user_message_id=begun.user_message_id)

    assert (caught.value.code, caught.value.reason) == ("NOT_FOUND", "MESSAGE_NOT_FOUND")
    assert caught.value.metadata["field"] == "user_message_id"
    assert [message["content"] for message in talk.messages()] == ["Here.", "I see."]


def test_another_request_under_its_id_does_not_end_a_chat(talk: Talk, first: FakeModel) -> None:
    """Who is refused disturbs nobody."""
    request_id = str(uuid4())
    first.script.append(sending(chunk("Still"), first.release, *answering(" here.")))
    call = talk.begin("Are you there?", request_id=request_id)
    heard = ""
    while heard != "Still":
        heard += next(call).delta.text
    with pytest.raises(Refused) as caught:
        talk.say("Something else.", request_id=request_id)
    first.release.set()
    heard += text_of(list(call))

    assert caught.value.reason == "IDEMPOTENCY_KEY_REUSED"
    assert heard == "Still here."
