"""Acceptance 9 and 21: what is deleted, edited or written shows at once."""

from __future__ import annotations

import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from memsvc_client import (
    Aborted,
    DeadlineExceeded,
    Memory,
    MemoryClient,
    Message,
    NotFound,
    Unavailable,
)
from tests.support.server import CANARY
from tests.support.texts import contents, found, say


def episode(client: MemoryClient, user: str, text: str) -> Memory:
    """Ingest *text* and return it as the memory that it became."""
    say(client, user, text)
    return next(m for m in client.list_memories(user_id=user) if m.content == text)


def test_a_deleted_message_is_gone_from_the_next_answer(client: MemoryClient, user: str) -> None:
    """DeleteMemory of an episode takes the message out of Recall, Search, lists and sources."""
    text = f"My passport number is {CANARY}"
    memory = episode(client, user, text)
    assert text in found(client, user, "passport number")

    client.delete_memory(memory_id=memory.memory_id)

    assert not found(client, user, "passport number")
    assert not list(client.list_memories(user_id=user))
    with pytest.raises(NotFound):
        client.get_memory_source(memory_id=memory.memory_id)


def test_an_edited_message_says_only_the_new_thing(client: MemoryClient, user: str) -> None:
    """UpdateMemory of an episode edits the message: the old words and meaning find nothing more."""
    memory = episode(client, user, f"I play the {CANARY} trombone")

    reply = client.update_memory(
        memory=Memory(memory_id=memory.memory_id, content="I play the cello")
    )

    assert reply.memory.content == "I play the cello"
    hits = client.search(user_id=user, query="trombone", mode="SEARCH_MODE_FULL_TEXT")
    assert not list(hits)
    recalled = client.recall(user_id=user, query="trombone", explain=True)
    assert [r.breakdown.keyword for r in recalled.results] == [0]
    source = client.get_memory_source(memory_id=memory.memory_id)
    assert [message.content for message in source.messages] == ["I play the cello"]


def test_a_write_is_in_reach_of_its_revision(client: MemoryClient, user: str) -> None:
    """Recall with the revision that a write returned sees that write."""
    for number in range(5):
        reply = client.ingest(user_id=user, messages=[Message(content=f"number {number} is up")])
        recalled = client.recall(
            user_id=user, query=f"number {number}", min_revision=reply.revision, limit=1
        )

        assert reply.revision > 0
        assert contents(recalled) == [f"number {number} is up"]


def test_a_revision_that_never_was_is_not_waited_for_forever(
    client: MemoryClient, user: str
) -> None:
    """A revision out of reach ends UNAVAILABLE, with a reason and in bounded time."""
    with pytest.raises((Unavailable, DeadlineExceeded)) as caught:
        client.recall(user_id=user, query="x", min_revision=2**62, timeout=3)

    assert caught.value.reason in {"REVISION_NOT_REACHED", "DEADLINE_EXCEEDED", ""}


def test_a_stale_etag_is_refused(client: MemoryClient, user: str) -> None:
    """Of two updates that start from the same etag only the first one is made."""
    memory = client.create_memory(user_id=user, content="v1").memory
    update = Memory(memory_id=memory.memory_id, content="v2", etag=memory.etag)
    client.update_memory(memory=update)

    with pytest.raises(Aborted) as caught:
        client.update_memory(
            memory=Memory(memory_id=memory.memory_id, content="v3", etag=memory.etag)
        )

    assert caught.value.reason == "ETAG_MISMATCH"
    assert client.get_memory(memory_id=memory.memory_id).memory.content == "v2"


def test_a_mask_changes_what_it_names_and_nothing_else(client: MemoryClient, user: str) -> None:
    """update_mask: a named field that is not set is cleared, one that is not named stays."""
    memory = client.create_memory(
        user_id=user, content="text", category="work", tags=["a"], pinned=True
    ).memory

    changed = client.update_memory(
        memory=Memory(memory_id=memory.memory_id, category="ignored", slot="s"),
        update_mask=FieldMask(paths=["tags", "slot", "pinned"]),
    ).memory

    assert (changed.category, changed.slot, list(changed.tags), changed.pinned) == (
        "work", "s", [], False,
    )  # fmt: skip
    assert changed.content == "text"
    assert changed.etag != memory.etag
