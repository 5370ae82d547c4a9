"""Acceptance 16: what was said comes back as it was said."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from memsvc_client import MemoryClient, Message, Role
from tests.support.server import KEYS, ServerProcess
from tests.support.texts import say
from tests.support.wire import Wire

CODE = "def f(x):\n\tif x:  \n\t\treturn 'tab\there'   \n\n\r\n    \u200b# trailing blanks   \n"


def test_code_comes_back_byte_for_byte(client: MemoryClient, user: str) -> None:
    """Tabs, line breaks and trailing blanks survive in lists, Recall, Search and sources."""
    say(client, user, CODE)

    memory = next(iter(client.list_memories(user_id=user)))
    recalled = client.recall(user_id=user, query="return tab")
    hit = next(iter(client.search(user_id=user, query="return tab")))
    source = client.get_memory_source(memory_id=memory.memory_id)

    assert memory.content == CODE
    assert recalled.results[0].memory.content == CODE
    assert hit.message.content == CODE
    assert source.messages[0].content == CODE


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(text="\U000e0000")
@given(
    text=st.text(
        st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=300
    )
)
def test_any_text_comes_back(
    client: MemoryClient, server: ServerProcess, user: str, text: str
) -> None:
    """Every valid text without U+0000 is stored and comes back byte for byte, from quarantine too."""
    reply = client.create_memory(user_id=user, content=text)
    memory = reply.memory
    if reply.quarantined:
        with Wire(server.target, KEYS["acme"]) as wire:
            wire.call("TrustService/ApproveMemories", memory_ids=[memory.memory_id])

    assert client.get_memory(memory_id=memory.memory_id).memory.content == text


def test_a_message_keeps_all_its_parts(client: MemoryClient, user: str) -> None:
    """Role, author, time, metadata, importance and parent come back with the message."""
    message = Message(
        message_id="m-1",
        role=Role.ROLE_ASSISTANT,
        content="hello",
        author="Ada",
        importance=0.9,
        parent_message_id="m-0",
    )
    message.event_time.FromDatetime(datetime(2023, 5, 8, 13, 56, tzinfo=UTC))
    message.metadata.update({"dia_id": "D1:3", "n": 3, "deep": {"list": [1, "two", None, True]}})
    client.ingest(user_id=user, conversation_id="c-1", messages=[message])

    memory = next(iter(client.list_memories(user_id=user)))
    stored = client.get_memory_source(memory_id=memory.memory_id).messages[0]

    for name in ("message_id", "role", "content", "author", "event_time", "metadata"):
        assert getattr(stored, name) == getattr(message, name), name
    assert stored.importance == pytest.approx(0.9)
    assert (stored.user_id, stored.conversation_id) == (user, "c-1")
    assert stored.parent_message_id == "m-0"
    assert memory.metadata == message.metadata
    assert list(memory.source_message_ids) == ["m-1"]
    assert memory.valid_from_time == message.event_time
