"""From messages to calls: nothing is lost, nothing changes places, no limit is passed."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from memsvc.cli.batching import BATCH_BYTES_MAX, BATCH_MESSAGES_MAX, Chunk, ChunkLimits, chunks
from memsvc.cli.formats.entries import Entry, LeftOut, Said
from memsvc.v1.memory_pb2 import EmbeddingMode, Message

DEFERRED = EmbeddingMode.EMBEDDING_MODE_DEFERRED


def _said(user: str, conversation: str, content: str, project: str = "") -> Said:
    message = Message(user_id=user, conversation_id=conversation, content=content)
    return Said("somewhere", message, project)


def _sent(found: Iterable[Chunk]) -> list[tuple[str, str, str, str]]:
    """Return everything that the chunks hold, in the order of sending."""
    return [
        (request.user_id, request.conversation_id, request.project_id, message.content)
        for chunk in found
        for batch in chunk.batches
        for request in [batch.request]
        for message in request.messages
    ]


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("uv"), st.sampled_from("cd"), st.sampled_from(["", "p"])),
        max_size=60,
    ),
    st.integers(1, 20),
    st.integers(1, 10),
)
def test_batching_keeps_every_message_and_the_order_within_a_conversation(
    owners: list[tuple[str, str, str]], messages: int, batches: int
) -> None:
    """Whatever the limits, each conversation's messages go out once and in their order."""
    entries = [
        _said(user, conversation, str(place), project)
        for place, (user, conversation, project) in enumerate(owners)
    ]
    found = list(chunks(entries, DEFERRED, ChunkLimits(messages=messages, batches=batches)))

    sent = _sent(found)
    wanted = [(*owner, str(place)) for place, owner in enumerate(owners)]
    assert sorted(sent) == sorted(wanted)
    for owner in {owner[:2] for owner in owners}:
        of_one = [item for item in sent if item[:2] == owner]
        assert of_one == [item for item in wanted if item[:2] == owner]
    assert all(chunk.messages <= messages and len(chunk.batches) <= batches for chunk in found)
    assert sum(chunk.entries for chunk in found) == len(entries)


def test_a_batch_has_at_most_100_messages_and_a_mebibyte() -> None:
    """The limits of a batch hold by count and by bytes, with the contract's largest messages."""
    many = [_said("u", "c", "short") for _ in range(250)]
    large = [_said("u" * 128, "c" * 128, "茶" * 100_000) for _ in range(7)]

    by_count = [batch for chunk in chunks(many, DEFERRED) for batch in chunk.batches]
    by_size = [batch for chunk in chunks(large, DEFERRED) for batch in chunk.batches]

    assert [len(batch.request.messages) for batch in by_count] == [
        BATCH_MESSAGES_MAX,
        BATCH_MESSAGES_MAX,
        50,
    ]
    assert [len(batch.request.messages) for batch in by_size] == [3, 3, 1]
    assert all(batch.request.ByteSize() <= BATCH_BYTES_MAX for batch in by_size)
    assert all(batch.request.embedding_mode == DEFERRED for batch in by_count)


def test_a_chunk_covers_what_is_not_sent_as_well() -> None:
    """The entries of all chunks lead through the file, so that the next run finds its place."""
    entries: list[Entry] = [LeftOut("1"), _said("u", "c", "a"), LeftOut("2"), _said("u", "c", "b")]

    found = list(chunks([*entries, LeftOut("3")], DEFERRED, ChunkLimits(messages=1)))

    assert [(chunk.entries, chunk.messages) for chunk in found] == [(2, 1), (2, 1)]


def test_a_chunk_is_bounded_in_bytes() -> None:
    """Large messages make a chunk of few."""
    large = [_said("u", "c", "x" * 1_000) for _ in range(10)]

    found = list(chunks(large, DEFERRED, ChunkLimits(size=3_000)))

    assert [chunk.messages for chunk in found] == [3, 3, 3, 1]
    assert len(_sent(found)) == 10
