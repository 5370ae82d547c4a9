"""What changes under a model while it speaks, and between a call and its retry."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import grpc
import pytest

from tests.chats.conftest import Talk
from tests.chats.test_company import persona, spoken
from tests.chats.test_put_aside import ATTACK
from tests.fakes.chat_steps import answering, chunk, sending
from tests.fakes.model_server import FakeModel, failing
from tests.support.wire import Refused


def hear(call: Any, text: str) -> None:
    """Read a stream until *text* was said."""
    heard = ""
    while heard != text:
        heard += next(call).delta.text


def end_of(call: Any) -> Refused:
    """Return the error that a stream ends with."""
    with pytest.raises(grpc.RpcError) as caught:
        list(call)
    return Refused(caught.value)


def contents(talk: Talk) -> list[str]:
    """Return what is stored of the user."""
    return [message["content"] for message in talk.messages()]


def test_nobody_answers_a_message_that_was_said_anew(talk: Talk, first: FakeModel) -> None:
    """The answer to the words before is not stored beside the one to the new words, nor shown to a model."""
    first.script.append(sending(chunk("Old"), first.release, *answering(" answer.")))
    call = talk.begin("Old words.", conversation_id="c", user_message_id="m")
    hear(call, "Old")
    talk.say("New words.", conversation_id="c", user_message_id="m")
    first.release.set()
    refused = end_of(call)
    talk.say("And then?", conversation_id="c")

    assert (refused.code, refused.reason) == ("NOT_FOUND", "MESSAGE_NOT_FOUND")
    assert contents(talk) == ["New words.", "I see.", "And then?", "I see."]
    assert "Old answer." not in first.requests[-1].prompt


@pytest.mark.parametrize(
    ("method", "what"),
    [
        ("DeleteMessage", {"message_id": "m"}),
        ("DeleteConversation", {"conversation_id": "c", "delete_messages": True}),
        ("DeleteConversation", {"conversation_id": "c"}),
        ("TruncateConversation", {"conversation_id": "c", "after_message_id": "before"}),
    ],
)
def test_what_was_deleted_is_not_answered(
    talk: Talk, first: FakeModel, method: str, what: dict[str, Any]
) -> None:
    """The model's words about it are not stored, and a conversation that is gone does not come back by them."""
    talk.say("Before.", conversation_id="c", user_message_id="before")
    first.script.append(sending(chunk("Gone"), first.release, *answering(" by now.")))
    call = talk.begin("Words.", conversation_id="c", user_message_id="m", request_id=str(uuid4()))
    hear(call, "Gone")
    talk.wire.call(f"ConversationService/{method}", user_id=talk.user_id, **what)
    first.release.set()
    refused = end_of(call)

    assert (refused.code, refused.reason) == ("NOT_FOUND", "MESSAGE_NOT_FOUND")
    assert "Gone by now." not in contents(talk)
    listed = talk.wire.call("ConversationService/ListConversations", user_id=talk.user_id)
    assert len(listed.conversations) == (method != "DeleteConversation")


@pytest.mark.parametrize("request_id", ["", "one"])
def test_a_user_who_is_erased_meanwhile_is_told_so(
    talk: Talk, first: FakeModel, request_id: str
) -> None:
    """With a request_id or without: no other call has the answer, and nothing is stored."""
    first.script.append(sending(chunk("Still"), first.release, *answering(" here.")))
    call = talk.begin("Are you there?", request_id=request_id and f"{request_id}-{talk.user_id}")
    hear(call, "Still")
    talk.wire.call("UserService/EraseUser", user_id=talk.user_id)
    first.release.set()
    refused = end_of(call)

    assert (refused.code, refused.reason) == ("FAILED_PRECONDITION", "USER_ERASED")


def test_a_retry_does_not_answer_what_was_said_anew_since(talk: Talk, first: FakeModel) -> None:
    """The call that broke off is asked for no more once its message is another one."""
    request = {
        "conversation_id": "c",
        "user_message_id": "m",
        "request_id": str(uuid4()),
        "provider": "first",
    }
    first.script.extend([failing(400), failing(400)])
    with pytest.raises(Refused):
        talk.say("One.", **request)
    talk.say("Two.", conversation_id="c", user_message_id="m")
    with pytest.raises(Refused) as caught:
        talk.say("One.", **request)

    assert caught.value.reason == "MESSAGE_NOT_FOUND"
    assert caught.value.metadata["field"] == "user_message_id"
    assert contents(talk) == ["Two.", "I see."]


def test_a_retry_does_not_store_again_what_was_deleted_since(talk: Talk, first: FakeModel) -> None:
    """A message that is put aside and rejected, like any that is deleted, stays gone."""
    request = {"conversation_id": "c", "request_id": str(uuid4())}
    first.script.append(sending(chunk("Half"), end=False))
    with pytest.raises(Refused):
        talk.say(ATTACK, **request)
    aside = talk.wire.call("TrustService/ListQuarantinedMemories", user_id=talk.user_id)
    talk.wire.call(
        "TrustService/RejectMemories",
        user_id=talk.user_id,
        memory_ids=[one.memory.memory_id for one in aside.memories],
    )
    with pytest.raises(Refused) as caught:
        talk.say(ATTACK, **request)

    assert caught.value.reason == "MESSAGE_NOT_FOUND"
    aside = talk.wire.call("TrustService/ListQuarantinedMemories", user_id=talk.user_id)
    assert not aside.memories
    assert contents(talk) == ["Half"]


def test_a_half_answer_is_not_part_of_what_was_said_before(talk: Talk, first: FakeModel) -> None:
    """A model that is asked anew is not shown the beginning that its answer replaces."""
    request = {"conversation_id": "c", "request_id": str(uuid4())}
    talk.say("Trains.", conversation_id="c")
    first.script.append(sending(chunk("Trains are half"), end=False))
    with pytest.raises(Refused):
        talk.say("What of trains?", **request)
    talk.say("What of trains?", **request)

    assert "Trains are half" not in first.requests[-1].prompt


def test_what_follows_a_deleted_answer_is_given_anew(
    talk: Talk, first: FakeModel, second: FakeModel
) -> None:
    """In a company: what a retry is told is what is stored, and in the same order."""
    company = [
        persona(talk, "ada", "Ada", "first", "You calculate."),
        persona(talk, "bob", "Bob", "second", "You paint."),
        persona(talk, "cyd", "Cyd", "first", "You sing."),
    ]
    request = {"participants": company, "request_id": str(uuid4())}
    first.script.extend([sending(*answering("Seven.")), sending(chunk("La"), end=False)])
    with pytest.raises(Refused):
        talk.say("Well?", **request)
    seven = talk.messages()[1]["message_id"]
    talk.wire.call("ConversationService/DeleteMessage", user_id=talk.user_id, message_id=seven)
    second.step = sending(*answering("Blue."))
    told = talk.say("Well?", **request)

    assert spoken(told) == [("ada", "I see."), ("bob", "Blue."), ("cyd", "I see.")]
    assert "The second one." not in first.requests[-1].prompt
    assert contents(talk) == ["Well?", "I see.", "Blue.", "I see."]
    assert spoken(talk.say("Well?", **request)) == spoken(told)


def test_what_is_deleted_while_one_speaks_is_not_shown_to_the_next(
    talk: Talk, first: FakeModel, second: FakeModel
) -> None:
    """A company talks for minutes: each speaker is given the conversation as it is by then."""
    company = [
        persona(talk, "ada", "Ada", "first", "You calculate."),
        persona(talk, "bob", "Bob", "second", "You paint."),
    ]
    talk.say("The code is 7731.", conversation_id="c", user_message_id="m")
    first.script.append(sending(chunk("Seven"), first.release, *answering(" it is.")))
    call = talk.begin("Well?", conversation_id="c", participants=company)
    hear(call, "Seven")
    talk.wire.call("ConversationService/DeleteMessage", user_id=talk.user_id, message_id="m")
    first.release.set()
    list(call)

    assert "7731" in first.requests[-1].prompt
    assert "7731" not in second.requests[-1].prompt
    assert second.requests[-1].prompt.count("Seven it is.") == 1
