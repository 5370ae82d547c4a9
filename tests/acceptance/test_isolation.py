"""Acceptance 10 and 11: what is not the caller's is not there."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from memsvc_client import Memory, MemoryClient, MemoryFilter, Message, NotFound, Unauthenticated
from tests.support.server import CANARY, ServerProcess
from tests.support.texts import contents, found, say

BY_ID: list[Callable[[MemoryClient, str], object]] = [
    lambda client, memory_id: client.get_memory(memory_id=memory_id),
    lambda client, memory_id: client.get_memory_source(memory_id=memory_id),
    lambda client, memory_id: client.delete_memory(memory_id=memory_id),
    lambda client, memory_id: client.batch_delete_memories(memory_ids=[memory_id]),
    lambda client, memory_id: client.update_memory(
        memory=Memory(memory_id=memory_id, content="mine now")
    ),
]


@pytest.mark.parametrize("call", BY_ID)
def test_another_tenants_memory_is_as_if_it_never_was(
    client: MemoryClient,
    other_tenant: MemoryClient,
    user: str,
    call: Callable[[MemoryClient, str], object],
) -> None:
    """Every RPC by memory_id answers for another tenant's id what it answers for no id at all."""
    theirs = other_tenant.create_memory(user_id=user, content=f"{CANARY} of globex").memory
    ends = []
    for memory_id in (theirs.memory_id, str(uuid4()), "no-uuid"):
        with pytest.raises(NotFound) as caught:
            call(client, memory_id)
        ends.append((caught.value.code, caught.value.reason, caught.value.message))

    assert len(set(ends)) == 1
    assert other_tenant.get_memory(memory_id=theirs.memory_id).memory == theirs


def test_a_memory_of_another_user_is_not_found_for_the_one_who_is_named(
    client: MemoryClient, user: str
) -> None:
    """With a user_id, a memory of somebody else is not found, to read, to change or to delete."""
    memory_id = client.create_memory(user_id=user, content="private").memory.memory_id
    someone = f"{user}-else"

    for call in (
        lambda: client.get_memory(memory_id=memory_id, user_id=someone),
        lambda: client.get_memory_source(memory_id=memory_id, user_id=someone),
        lambda: client.delete_memory(memory_id=memory_id, user_id=someone),
        lambda: client.update_memory(
            memory=Memory(memory_id=memory_id, user_id=someone, content="x")
        ),
    ):
        with pytest.raises(NotFound):
            call()
    assert client.get_memory(memory_id=memory_id, user_id=user).memory.content == "private"


def test_nothing_of_another_user_or_tenant_is_ever_found(
    client: MemoryClient, other_tenant: MemoryClient, user: str
) -> None:
    """Recall, Search, Conscious and lists return only what belongs to tenant and user."""
    say(other_tenant, user, f"{CANARY} secret of globex")
    say(client, f"{user}-else", f"{CANARY} secret of someone else", conversation_id="c")
    say(client, user, "nothing to see")

    assert found(client, user, f"{CANARY} secret") == {"nothing to see"}
    everywhere = {
        hit.message.content
        for hit in client.search(query=f"{CANARY} globex", mode="SEARCH_MODE_FULL_TEXT")
    }
    assert f"{CANARY} secret of globex" not in everywhere
    assert [m.content for m in client.conscious(user_id=user).memories] == ["nothing to see"]
    scope = MemoryFilter(conversation_ids=["c"])
    assert not client.recall(user_id=user, query="secret", filter=scope).results


def test_the_same_ids_in_two_tenants_are_two_things(
    client: MemoryClient, other_tenant: MemoryClient, user: str
) -> None:
    """Equal user, conversation and message ids in two tenants do not touch each other."""
    for number, each in enumerate((client, other_tenant)):
        reply = each.ingest(
            user_id=user,
            conversation_id="same",
            messages=[Message(message_id="same", content=f"tenant {number}")],
        )
        assert not reply.results[0].duplicate

    memory = next(iter(client.list_memories(user_id=user)))
    client.delete_memory(memory_id=memory.memory_id)

    assert contents(other_tenant.recall(user_id=user, query="tenant")) == ["tenant 1"]


@pytest.mark.parametrize("key", [None, "", "wrong", "acme"])
def test_a_missing_and_a_wrong_key_are_not_told_apart(
    server: ServerProcess, key: str | None
) -> None:
    """Without a valid key nothing is answered, and nobody learns whether the key was close."""
    with (
        MemoryClient(server.target, api_key=key) as stranger,
        pytest.raises(Unauthenticated) as caught,
    ):
        stranger.recall(user_id="u", query="q")

    assert caught.value.reason == "CREDENTIAL_INVALID"
