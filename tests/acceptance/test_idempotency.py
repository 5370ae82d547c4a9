"""Acceptance 7: what is sent again is stored once and answered alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from memsvc_client import (
    AlreadyExists,
    CreateMemoryRequest,
    DeleteMemoryRequest,
    IngestRequest,
    Memory,
    MemoryClient,
    Message,
    NotFound,
    UpdateMemoryRequest,
)
from tests.support.server import CANARY


def request(user: str, text: str = f"{CANARY} likes tea") -> IngestRequest:
    """An Ingest that can be recognised."""
    return IngestRequest(
        user_id=user,
        conversation_id="c",
        messages=[Message(content=text), Message(content="and coffee")],
        request_id=str(uuid4()),
    )


def test_the_same_ingest_again_is_answered_byte_for_byte_alike(
    client: MemoryClient, user: str
) -> None:
    """A request_id sent twice stores once, and the second reply equals the first."""
    ask = request(user)

    first, second = client.ingest(ask), client.ingest(ask)

    assert first.SerializeToString() == second.SerializeToString()
    assert len(list(client.list_memories(user_id=user))) == 2


def test_ten_at_once_store_once(client: MemoryClient, user: str) -> None:
    """Ten concurrent calls with one request_id get the one reply of the one that did the work."""
    ask = request(user)

    with ThreadPoolExecutor(10) as pool:
        replies = list(pool.map(lambda _: client.ingest(ask).SerializeToString(), range(10)))

    assert len(set(replies)) == 1
    assert len(list(client.list_memories(user_id=user))) == 2


def test_another_body_under_the_same_request_id_is_refused(client: MemoryClient, user: str) -> None:
    """A request_id belongs to one request: another one is ALREADY_EXISTS and writes nothing."""
    ask = request(user)
    client.ingest(ask)
    ask.messages[0].content = f"{CANARY} hates tea"

    with pytest.raises(AlreadyExists) as caught:
        client.ingest(ask)

    assert caught.value.reason == "IDEMPOTENCY_KEY_REUSED"
    assert len(list(client.list_memories(user_id=user))) == 2


def test_a_message_id_sent_again_is_a_duplicate(client: MemoryClient, user: str) -> None:
    """The caller's message_id is unique in the user: again means duplicate, and changes nothing."""
    message = Message(message_id="m-1", content=f"{CANARY} one")
    client.ingest(user_id=user, messages=[message])

    changed = Message(message_id="m-1", content=f"{CANARY} two")
    fresh = Message(message_id="m-2", content="three")
    reply = client.ingest(user_id=user, messages=[changed, fresh])

    assert [(r.message_id, r.duplicate) for r in reply.results] == [("m-1", True), ("m-2", False)]
    stored = {memory.content for memory in client.list_memories(user_id=user)}
    assert stored == {f"{CANARY} one", "three"}


def test_every_write_replays(client: MemoryClient, user: str) -> None:
    """Create, update and delete answer a repeated request_id alike, even after the deletion."""
    create = CreateMemoryRequest(user_id=user, content="a note", request_id=str(uuid4()))
    created = client.create_memory(create)
    assert client.create_memory(create) == created

    update = UpdateMemoryRequest(
        memory=Memory(memory_id=created.memory.memory_id, content="a better note"),
        request_id=str(uuid4()),
    )
    updated = client.update_memory(update)
    delete = DeleteMemoryRequest(memory_id=created.memory.memory_id, request_id=str(uuid4()))
    deleted = client.delete_memory(delete)

    assert client.update_memory(update) == updated
    assert client.delete_memory(delete) == deleted
    with pytest.raises(NotFound):
        client.get_memory(memory_id=created.memory.memory_id)


def test_the_same_request_id_serves_two_tenants(
    client: MemoryClient, other_tenant: MemoryClient, user: str
) -> None:
    """A request_id of one tenant says nothing to another."""
    ask = request(user)

    ours, theirs = client.ingest(ask), other_tenant.ingest(ask)

    assert ours.results[0].message_id != theirs.results[0].message_id
