"""Messages by their own ids."""

from __future__ import annotations

import pytest

from tests.conversations.conftest import Talk
from tests.support.waiting import until
from tests.support.wire import Refused


def said(talk: Talk, message_id: str) -> str:
    """Return what a message says."""
    content: str = talk("GetMessage", message_id=message_id).message.content
    return content


def test_a_message_is_changed_with_its_facts(talk: Talk) -> None:
    """New content withdraws what the old one said and is drawn from again; the etag guards it."""
    _, (one,) = talk.say("I live in Lisbon.", facts=True)
    before = talk("GetMessage", message_id=one)
    change = {"message_id": one, "content": "I work as a nurse.", "etag": before.etag}
    changed = talk("UpdateMessage", change=change, request_id="r")
    replay = talk("UpdateMessage", change=change, request_id="r")
    with pytest.raises(Refused) as stale:
        talk("UpdateMessage", change=change)

    assert before.memory_id
    assert changed.message.content == "I work as a nurse."
    assert replay == changed
    assert stale.value.reason == "ETAG_MISMATCH"
    assert not [fact for fact in talk.facts() if "Lisbon" in fact]


def test_a_message_of_no_conversation_is_changed_with_its_facts(talk: Talk) -> None:
    """One that was kept when its conversation went is drawn from again as well."""
    where, (message,) = talk.say("I live in Lisbon.", facts=True)
    talk("DeleteConversation", conversation_id=where, delete_messages=False)
    talk("UpdateMessage", change={"message_id": message, "content": "I live in Porto."})

    until(lambda: any("Porto" in fact for fact in talk.facts()))
    assert len(talk.facts()) == 1


def test_an_author_is_corrected(talk: Talk) -> None:
    """What the old name said is withdrawn, and the message is found by the new one."""
    reply = talk.wire.call(
        "MemoryService/Ingest",
        user_id=talk.user,
        messages=[{"content": "I live in Lisbon.", "author": "Ana"}],
        extraction="EXTRACTION_MODE_SYNC",
    )
    (one,) = [result.message_id for result in reply.results]
    assert len(talk.facts()) == 1
    changed = talk("UpdateMessage", change={"message_id": one, "author": "Bea"})

    assert (changed.message.author, changed.message.content) == ("Bea", "I live in Lisbon.")
    found = talk.wire.call("MemoryService/Search", user_id=talk.user, query="Bea").results
    assert [hit.message.message_id for hit in found if hit.message.message_id] == [one]


def test_only_what_is_named_changes(talk: Talk) -> None:
    """The mask says what; an importance that is not set is estimated anew, an empty text is refused."""
    _, (one,) = talk.say("I like tea.")
    change = {"message_id": one, "metadata": {"a": 1}, "importance": 1}
    changed = talk("UpdateMessage", change=change).message
    assert (changed.content, changed.metadata["a"], changed.importance) == ("I like tea.", 1, 1)
    estimated = talk(
        "UpdateMessage", change={"message_id": one, "update_mask": "importance"}
    ).message
    assert estimated.importance < 1
    for bad, field in (("content", "change.content"), ("role", "update_mask")):
        with pytest.raises(Refused) as refused:
            talk("UpdateMessage", change={"message_id": one, "update_mask": bad})
        assert refused.value.metadata["field"] == field


def test_a_deleted_message_is_gone(talk: Talk, other: Talk) -> None:
    """With its facts; once more is told as then by its request_id, else it is not found."""
    conversation, (one, _) = talk.say("I live in Lisbon.", "Bye.", facts=True)
    with pytest.raises(Refused) as foreign:
        other("DeleteMessage", message_id=one)
    gone = talk("DeleteMessage", message_id=one, request_id="r")
    assert talk("DeleteMessage", message_id=one, request_id="r") == gone
    with pytest.raises(Refused) as missing:
        talk("DeleteMessage", message_id=one)

    assert foreign.value.reason == missing.value.reason == "MESSAGE_NOT_FOUND"
    assert foreign.value.message == missing.value.message
    assert talk.facts() == []
    shown = talk("GetConversation", conversation_id=conversation).conversation
    assert shown.message_count == 1
    assert talk.contents(conversation) == ["Bye."]


def test_each_change_of_a_batch_stands_for_itself(talk: Talk) -> None:
    """Bad ones are told by code and reason, the others are made; once more changes nothing."""
    _, (one, two) = talk.say("One.", "Two.")
    changes = [
        {"message_id": one, "content": "Uno."},
        {"message_id": "never", "content": "?"},
        {"message_id": two, "update_mask": "role"},
        {"message_id": two, "content": "Dos.", "etag": '"99"'},
        {"message_id": two, "content": "Dos."},
    ]
    first = talk("BatchUpdateMessages", changes=changes, request_id="r")
    again = talk("BatchUpdateMessages", changes=changes, request_id="r")

    assert [(r.code, r.reason) for r in first.results] == [
        (0, ""),
        (5, "MESSAGE_NOT_FOUND"),
        (3, "FIELD_INVALID"),
        (10, "ETAG_MISMATCH"),
        (0, ""),
    ]
    assert [r.message_id for r in first.results] == [one, "never", two, two, two]
    assert first.results[4].message.content == "Dos."
    assert again.results == first.results
    assert first.revision
    assert (said(talk, one), said(talk, two)) == ("Uno.", "Dos.")


def test_each_deletion_of_a_batch_stands_for_itself(talk: Talk) -> None:
    """One that is not there stops none; the same request tells the same again."""
    conversation, (one, two, _) = talk.say("One.", "Two.", "Three.")
    ids = [one, "never", two]
    first = talk("BatchDeleteMessages", message_ids=ids, request_id="r")
    again = talk("BatchDeleteMessages", message_ids=ids, request_id="r")

    assert [r.reason for r in first.results] == ["", "MESSAGE_NOT_FOUND", ""]
    assert again.results == first.results
    assert talk.contents(conversation) == ["Three."]


def chain(talk: Talk) -> str:
    """Say a thread: 1 <- 2 <- 3 <- 4, 2 <- 5, and two that answer each other."""
    parents = {"1": "", "2": "1", "3": "2", "4": "3", "5": "2", "x": "y", "y": "x"}
    reply = talk.wire.call(
        "MemoryService/Ingest",
        user_id=talk.user,
        messages=[
            {"message_id": name, "content": f"text {name}", "parent_message_id": parent}
            for name, parent in parents.items()
        ],
    )
    conversation_id: str = reply.conversation_id
    return conversation_id


def test_a_thread_goes_up_and_down(talk: Talk) -> None:
    """What a message answers from the beginning, what answers it by distance; circles end."""
    chain(talk)
    thread = talk("GetMessageThread", message_id="2")
    circle = talk("GetMessageThread", message_id="x")
    short = talk("GetMessageThread", message_id="2", max_depth=1)
    few = talk("GetMessageThread", message_id="2", max_messages=1)

    def names(steps: object) -> list[tuple[str, int]]:
        return [(one.message.message_id, one.depth) for one in steps]  # type: ignore[attr-defined]

    assert thread.message.message_id == "2"
    assert names(thread.ancestors) == [("1", 1)]
    assert names(thread.descendants) == [("3", 1), ("5", 1), ("4", 2)]
    assert not thread.truncated
    assert names(circle.ancestors) == names(circle.descendants) == [("y", 1)]
    assert (names(short.descendants), short.truncated) == ([("3", 1), ("5", 1)], True)
    assert (names(few.descendants), few.truncated) == ([("3", 1)], True)


def test_messages_are_narrowed(talk: Talk) -> None:
    """By role, and by what they answer."""
    conversation = chain(talk)
    assert talk.contents(conversation, parent_message_id="2") == ["text 3", "text 5"]
    assert talk.contents(conversation, roles=["ROLE_ASSISTANT"]) == []
