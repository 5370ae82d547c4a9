"""Each layout: what becomes a message, with which names and times, and what does not."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memsvc.cli.formats.chatgpt import chatgpt_entries
from memsvc.cli.formats.claude import claude_entries
from memsvc.cli.formats.contract import message_entries
from memsvc.cli.formats.entries import Defaults, Entry, Fault, LeftOut, Said, UserMissing
from memsvc.cli.formats.layouts import Layout, document_entries, layout_of
from memsvc.cli.formats.locomo import locomo_entries
from memsvc.cli.formats.openai import openai_entries
from memsvc.v1.memory_pb2 import Message, Role
from tests.cli import samples

DEFAULTS = Defaults("d" * 64, user_id="ana")
#: Names that mean something in one layout or another.
NAMES = (
    *("mapping", "current_node", "a", "message", "author", "content", "parts", "role", "parent"),
    *("create_time", "messages", "uuid", "chat_messages", "sender", "text", "sample_id"),
    *("conversation", "session_1", "session_1_date_time"),
)


def _said(entries: Iterable[Entry]) -> list[Message]:
    return [entry.message for entry in entries if isinstance(entry, Said)]


def _faults(entries: Iterable[Entry]) -> list[str]:
    return [entry.reason for entry in entries if isinstance(entry, Fault)]


def _one(value: Any, defaults: Defaults = DEFAULTS) -> Entry:
    (entry,) = message_entries([value], defaults)
    return entry


def test_a_message_of_the_contract_is_taken_with_all_its_fields() -> None:
    """The contract's names are understood, roles also without their prefix."""
    entry = _one({
        "user_id": "ben",
        "conversation_id": "c1",
        "message_id": "m1",
        "role": "assistant",
        "content": "Tea grows on hills.",
        "author": "Guide",
        "event_time": "2024-03-01T10:00:00.5Z",
        "metadata": {"page": 3, "tags": ["tea"]},
        "importance": 0.7,
        "project_id": "p",
        "agent_id": "a",
        "parent_message_id": "m0",
        "embedding": {"model": "some/model", "values": [0.5, -1]},
        "create_time": "2024-03-02T10:00:00Z",
    })

    assert isinstance(entry, Said)
    assert (entry.project_id, entry.agent_id) == ("p", "a")
    message = entry.message
    assert (message.user_id, message.conversation_id, message.message_id) == ("ben", "c1", "m1")
    assert message.role == Role.ROLE_ASSISTANT
    assert message.event_time.ToDatetime(UTC).microsecond == 500_000
    assert message.metadata["page"] == 3
    assert (message.importance, message.parent_message_id) == (0.7, "m0")
    assert list(message.embedding.values) == [0.5, -1]
    assert not message.HasField("create_time")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"role": "narrator"}, "narrator"),
        ({"event_time": "yesterday"}, "event_time"),
        ({"colour": "red"}, "colour"),
        ({"content": 5}, "content"),
        ({"content": "x" * 100_001}, "100,001 characters"),
        ({"content": "a\0b"}, "U+0000"),
        ({"content": "\ud83d"}, "surrogate"),
        ({"message_id": "ä" * 65}, "message_id"),
        ({"project_id": "p" * 129}, "project_id"),
        ({"project_id": 5}, "project_id"),
        ({"importance": 2}, "importance"),
        ({"metadata": {"text": "x" * 1_000_000}}, "1,000,000 bytes"),
    ],
)
def test_what_the_server_would_not_take_is_a_fault_of_that_message(
    change: dict[str, Any], told: str
) -> None:
    """A message that breaks a limit is named with the reason, before anything is sent."""
    entry = _one({"content": "Hello.", **change})

    assert isinstance(entry, Fault)
    assert told in entry.reason
    assert "\n" not in entry.reason


@settings(deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=5))
def test_whatever_stands_for_a_message_becomes_an_entry(value: Any) -> None:
    """No value of JSON, as a message or within one, makes the reading fail."""
    for entry in message_entries([value, {"content": "x", "metadata": {"a": value}}], DEFAULTS):
        assert isinstance(entry, Said | LeftOut | Fault)


@pytest.mark.parametrize("layout", list(Layout))
@settings(deadline=None)
@given(
    document=st.recursive(
        st.none() | st.integers() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(NAMES),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_a_file_that_is_not_in_its_layout_gives_faults_and_no_failure(
    layout: Layout, document: Any
) -> None:
    """Whatever a document holds, each parser names what it cannot read and goes on."""
    for entry in document_entries(layout, document, DEFAULTS):
        assert isinstance(entry, Said | LeftOut | Fault)


def test_a_message_without_an_id_gets_the_same_one_each_time() -> None:
    """Ids that are made depend on user, conversation, position and content, and on nothing else."""
    values = [{"content": "Yes."}, {"content": "Yes."}, {"content": "Yes.", "user_id": "ben"}]

    first, second = (_said(message_entries(values, DEFAULTS)) for _ in range(2))

    ids = [message.message_id for message in first]
    assert ids == [message.message_id for message in second]
    assert len(set(ids)) == 3
    assert {message.conversation_id for message in first} == {"import-" + "d" * 32}


def test_empty_messages_are_left_out_and_messages_of_nobody_told() -> None:
    """A message without a text is no message; one without a user says what is missing."""
    nobody = Defaults("d" * 64)

    assert isinstance(_one({"content": " \n"}), LeftOut)
    assert isinstance(_one({}), LeftOut)
    assert isinstance(_one({"content": "Hello."}, nobody), UserMissing)
    assert "--user-id" in UserMissing("line 1").reason


def test_a_list_of_openai_messages_is_one_conversation() -> None:
    """Contents may be texts or lists of parts; calls of tools have no text and are left out."""
    document = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "name": "Ana", "content": [
            {"type": "text", "text": "What is this?"},
            {"type": "image_url", "image_url": {"url": "https://example.org/x.png"}},
            {"type": "text", "text": "And where?"},
        ]},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]},
        {"role": "tool", "content": "A kite."},
        {"role": "nobody", "content": "Hello."},
    ]  # fmt: skip
    entries = list(openai_entries(document, DEFAULTS))

    said = _said(entries)
    assert [message.content for message in said] == [
        "Be brief.",
        "What is this?\nAnd where?",
        "A kite.",
    ]
    assert [message.role for message in said] == [
        Role.ROLE_SYSTEM,
        Role.ROLE_USER,
        Role.ROLE_TOOL,
    ]
    assert said[1].author == "Ana"
    assert {message.conversation_id for message in said} == {"import-" + "d" * 32}
    assert isinstance(entries[2], LeftOut)
    assert "nobody" in _faults(entries)[0]


def test_a_conversation_among_several_is_named_after_what_it_holds() -> None:
    """It keeps its ids when others come before it; within one given conversation none is lost."""
    talk = {"messages": [{"role": "system", "content": "Hi."}, {"role": "user", "content": "Ho."}]}
    other = {"messages": [{"role": "system", "content": "Hi."}]}

    alone = _said(openai_entries([talk], DEFAULTS))
    later = _said(openai_entries([other, talk], DEFAULTS))
    together = _said(openai_entries([other, talk], Defaults("d" * 64, "ana", "all")))

    assert later[1:] == alone
    assert len({message.conversation_id for message in later}) == 2
    assert {message.conversation_id for message in together} == {"all"}
    assert len({message.message_id for message in together}) == 3


def test_of_a_chatgpt_conversation_the_branch_in_force_is_imported() -> None:
    """What was tried again, hidden, addressed to a tool or is no text stays out; times are kept."""
    entries = list(chatgpt_entries(samples.chatgpt(), DEFAULTS))

    said = _said(entries)
    assert [message.content for message in said] == [
        "Where grows tea?",
        "On hills.\nMostly.",
        "Is this a tea plant?",
    ]
    assert [message.message_id for message in said] == ["message-a", "message-b", "message-c"]
    assert {message.conversation_id for message in said} == {"talk-1"}
    assert [message.event_time.ToDatetime(UTC).timestamp() for message in said] == [
        1700000000.5,
        1700000060,
        # Without a time of its own: no earlier than the one before.
        1700000060,
    ]
    assert sum(isinstance(entry, LeftOut) for entry in entries) == 4


def test_without_a_current_message_all_of_a_chatgpt_conversation_is_imported() -> None:
    """All branches then come in the order of their times, and a circle does not go on for ever."""
    (conversation,) = samples.chatgpt()
    del conversation["current_node"]
    circle = copy.deepcopy(samples.chatgpt())
    circle[0]["mapping"]["root"]["parent"] = "c"

    assert len(_said(chatgpt_entries(conversation, DEFAULTS))) == 4
    assert len(_said(chatgpt_entries(circle, DEFAULTS))) == 3


def test_a_claude_conversation_is_imported_by_its_texts() -> None:
    """Blocks that are no text stay out; a message without a time has its conversation's."""
    entries = list(claude_entries(samples.claude(), DEFAULTS))

    said = _said(entries)
    assert [(message.role, message.content) for message in said] == [
        (Role.ROLE_USER, "Will it rain?"),
        (Role.ROLE_ASSISTANT, "In the evening."),
        (Role.ROLE_USER, "Thanks."),
    ]
    assert [message.message_id for message in said] == ["m1", "m2", "m4"]
    assert {message.conversation_id for message in said} == {"talk-2"}
    assert said[0].event_time.ToDatetime(UTC) == datetime(2024, 3, 1, 10, 0, 1, 500_000, UTC)
    assert said[2].event_time.ToDatetime(UTC) == datetime(2024, 3, 1, 10, tzinfo=UTC)
    assert sum(isinstance(entry, LeftOut) for entry in entries) == 1


def test_a_sample_of_locomo_is_a_user_with_a_conversation_a_session() -> None:
    """Sessions come in order of their numbers; pictures are told by their captions."""
    entries = list(locomo_entries(samples.locomo(), Defaults("d" * 64)))

    kite, year = _said(entries)
    assert kite.content == "Look! [shares a red kite]"
    assert (kite.user_id, kite.conversation_id, kite.author) == ("pair-1", "session_2", "Ana")
    assert (kite.message_id, kite.metadata["dia_id"]) == ("pair-1:D2:1", "D2:1")
    assert kite.event_time.ToDatetime(UTC) == datetime(2023, 5, 8, 13, 56, tzinfo=UTC)
    assert year.event_time.ToDatetime(UTC) == datetime(2024, 1, 1, 0, 5, tzinfo=UTC)
    assert sum(isinstance(entry, LeftOut) for entry in entries) == 1


def test_one_bad_conversation_does_not_take_the_others() -> None:
    """What is not in its layout is a fault that says where; the rest is read."""
    chats = [{"mapping": {"a": {"message": {"content": {}}}}}, {}, *samples.chatgpt()]
    talks = [{"uuid": "x"}, *samples.claude()]
    pairs = [{"sample_id": "y", "conversation": {"session_1": []}}, *samples.locomo()]

    for parse, document, said, faults in (
        (chatgpt_entries, chats, 3, 2),
        (claude_entries, talks, 3, 1),
        (locomo_entries, pairs, 2, 1),
    ):
        entries = list(parse(document, DEFAULTS))
        assert len(_said(entries)) == said
        assert len(_faults(entries)) == faults


@pytest.mark.parametrize(
    ("document", "layout"),
    [
        ([{"role": "user", "content": "x"}], Layout.OPENAI),
        ({"messages": []}, Layout.OPENAI),
        ([{"messages": []}], Layout.OPENAI),
        ([{"role": "user", "content": "x", "user_id": "ana"}], Layout.JSONL),
        ({"content": "x"}, Layout.JSONL),
        (samples.chatgpt(), Layout.CHATGPT),
        (samples.claude(), Layout.CLAUDE),
        (samples.locomo(), Layout.LOCOMO),
        ([1, 2], None),
        ([{"name": "x"}], None),
        ("text", None),
    ],
)
def test_the_layout_is_told_by_the_content(document: Any, layout: Layout | None) -> None:
    """Each layout is known by what only it holds; anything else is in none."""
    assert layout_of(json.loads(json.dumps(document))) is layout
