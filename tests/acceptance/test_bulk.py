"""Bulk: streams, vectors of one's own, vectors that come later; and what Evaluate measures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from memsvc.providers.local_embedding import LocalEmbedder
from memsvc_client import (
    Embedding,
    EmbeddingMode,
    IngestStreamRequest,
    InvalidArgument,
    LabelledQuery,
    MemoryClient,
    Message,
    RankingWeights,
)
from tests.support.server import ServerProcess
from tests.support.texts import contents, say
from tests.support.waiting import until

MODEL = "sentence-transformers/all-MiniLM-L6-v2"


def unit(seed: int) -> list[float]:
    """A vector of the model's dimension."""
    return [float(value) for value in np.random.default_rng(seed).normal(size=384)]


def batch(user: str, *texts: str, conversation: str = "c") -> IngestStreamRequest:
    """A batch of messages whose ids are their texts."""
    messages = [Message(message_id=text, content=text) for text in texts]
    return IngestStreamRequest(user_id=user, conversation_id=conversation, messages=messages)


def test_a_stream_stores_all_and_counts_duplicates(client: MemoryClient, user: str) -> None:
    """Batches of many users are stored in order; sent again, every message is a duplicate."""
    users = [f"{user}-{number}" for number in range(3)]

    def batches() -> Iterator[IngestStreamRequest]:
        for number in range(12):
            yield batch(users[number % 3], f"harbour {number}", f"mountain {number}")

    first = client.ingest_stream(batches())
    second = client.ingest_stream(batches())

    assert (first.message_count, first.duplicate_count, len(first.errors)) == (24, 0, 0)
    assert (second.message_count, second.duplicate_count) == (0, 24)
    for number, name in enumerate(users):
        listed = [memory.content for memory in client.list_memories(user_id=name)]
        expected = [
            text for n in range(number, 12, 3) for text in (f"harbour {n}", f"mountain {n}")
        ]
        assert sorted(listed) == sorted(expected)


def test_a_bad_batch_takes_no_other_with_it(client: MemoryClient, user: str) -> None:
    """Each batch that breaks a rule is named by position, status and reason; the rest is stored."""
    wrong_vector = batch(user, "wrong vector")
    wrong_vector.messages[0].embedding.CopyFrom(Embedding(model="another", values=[1.0]))
    nul = batch(user, "x")
    nul.messages[0].author = "a\0b"
    items = [
        batch(user, "first"),
        IngestStreamRequest(messages=[Message(content="nobody's")]),
        wrong_vector,
        nul,
        batch(user, "last"),
    ]

    report = client.ingest_stream(items)

    assert report.message_count == 2
    assert [(error.index, error.code, error.reason) for error in report.errors] == [
        (1, 3, "FIELD_INVALID"),
        (2, 3, "FIELD_INVALID"),
        (3, 3, "NUL_BYTE"),
    ]
    assert "embedding.model" in report.errors[1].message
    assert {memory.content for memory in client.list_memories(user_id=user)} == {"first", "last"}


def test_a_request_id_makes_a_batch_safe(client: MemoryClient, user: str) -> None:
    """The same batch under the same request_id is stored once, messages without ids included."""
    request = IngestStreamRequest(
        user_id=user, conversation_id="c", messages=[Message(content="once")], request_id=user
    )

    reports = [client.ingest_stream([request]) for _ in range(2)]

    assert [report.message_count for report in reports] == [1, 0]
    assert [report.duplicate_count for report in reports] == [0, 1]
    assert len(list(client.list_memories(user_id=user))) == 1


def test_what_was_stored_stays_when_the_stream_breaks(client: MemoryClient, user: str) -> None:
    """An end in the middle loses nothing that was stored, and sending again completes it."""

    def broken() -> Iterator[IngestStreamRequest]:
        for number in range(30):
            yield batch(user, *(f"{number}-{place}" for place in range(20)))
        until(lambda: len(list(client.list_memories(user_id=user))) >= 256)
        message = "the caller gives up"
        raise RuntimeError(message)

    with pytest.raises(RuntimeError, match="gives up"):
        client.ingest_stream(broken())
    again = client.ingest_stream(
        batch(user, *(f"{number}-{place}" for place in range(20))) for number in range(30)
    )

    assert again.message_count + again.duplicate_count == 600
    assert again.duplicate_count >= 256
    assert not again.errors


async def test_a_vector_of_ones_own_is_used(
    client: MemoryClient, user: str, model_dir: Path
) -> None:
    """Its direction is what the message means, whatever its text; its length does not matter."""
    embedder = await LocalEmbedder.load(model_dir)
    try:
        meaning = await embedder.embed_query("My sister breeds alpacas.", timeout=10)
    finally:
        await embedder.close()
    given = Embedding(model=MODEL, values=[7 * float(value) for value in meaning])
    client.ingest(user_id=user, messages=[Message(content="text", embedding=given)])
    client.ingest(user_id=user, messages=[Message(content="Prices rose again.")])

    reply = client.recall(user_id=user, query="My sister breeds alpacas.", explain=True)

    assert not reply.degraded
    assert contents(reply)[0] == "text"
    assert reply.results[0].breakdown.semantic == pytest.approx(1, abs=0.01)
    assert reply.results[1].breakdown.semantic < 0.5


@pytest.mark.parametrize(
    ("embedding", "field"),
    [
        (Embedding(model="another", values=unit(1)), "messages[0].embedding.model"),
        (Embedding(model=MODEL, values=[1.0, 2.0]), "messages[0].embedding.values"),
        (Embedding(model=MODEL, values=[0.0] * 384), "messages[0].embedding.values"),
        (Embedding(model=MODEL, values=[float("nan")] * 384), "messages[0].embedding.values"),
        (Embedding(values=unit(1)), "messages[0].embedding.model"),
    ],
)
def test_a_vector_that_cannot_be_one_is_refused(
    client: MemoryClient, user: str, embedding: Embedding, field: str
) -> None:
    """Another model, a wrong length, zeros and NaN are the caller's mistake; nothing is stored."""
    with pytest.raises(InvalidArgument) as caught:
        client.ingest(user_id=user, messages=[Message(content="text", embedding=embedding)])

    assert [name for name, _ in caught.value.field_violations] == [field]
    assert not list(client.list_memories(user_id=user))


def test_a_deferred_vector_comes_later(client: MemoryClient, user: str) -> None:
    """Until then a message is found by its words, and the answer says what it lacks."""
    texts = [f"The harbour froze in winter {number}." for number in range(40)]
    client.ingest(
        user_id=user,
        messages=[Message(content=text) for text in texts],
        embedding_mode=EmbeddingMode.EMBEDDING_MODE_DEFERRED,
    )

    first = client.recall(user_id=user, query="harbour winter")

    assert first.results
    assert set(first.degraded_reasons) <= {"EMBEDDINGS_PENDING"}
    assert until(lambda: not client.recall(user_id=user, query="harbour").degraded)
    assert client.recall(user_id=user, query="a port under ice", explain=True).results


def test_evaluate_measures_what_recall_finds(client: MemoryClient, user: str) -> None:
    """Ranks are Recall's own, by message id or memory id; arms show what each part adds."""
    ids = say(client, user, "The cat sleeps.", "I drive a van.", "Tea is hot.")
    note = client.create_memory(user_id=user, content="Boats need paint.").memory.memory_id
    queries = [
        LabelledQuery(user_id=user, query="sleeping cat", relevant_ids=[ids[0]]),
        LabelledQuery(user_id=user, query="paint for boats", relevant_ids=[note, "unknown"]),
    ]

    measured = client.evaluate(queries=queries, arms=True, limit=3)

    assert [list(query.ranks) for query in measured.queries] == [[1], [1, 0]]
    assert measured.metrics.query_count == 2
    assert measured.metrics.mean_reciprocal_rank == 1
    assert {cut.cut: cut.recall for cut in measured.metrics.cuts} == {1: 0.75}
    assert measured.duration_p50.ToTimedelta() <= measured.duration_p95.ToTimedelta()
    parts = [arm.arm for arm in measured.arms]
    assert parts[:6] == ["semantic", "keyword", "context", "importance", "recency", "confidence"]
    assert "speaker" in parts
    semantic, importance = measured.arms[0], measured.arms[3]
    assert semantic.alone.mean_reciprocal_rank == 1
    assert importance.alone.mean_reciprocal_rank < 1
    assert not measured.arms[-1].HasField("alone")


def test_evaluate_takes_weights(client: MemoryClient, user: str) -> None:
    """The weights given are the ones applied, and they show in the figures."""
    ids = say(client, user, "The cat sleeps.", "Remember: the ferry leaves at nine.")
    query = LabelledQuery(user_id=user, query="sleeping cat", relevant_ids=[ids[0]])
    weights = RankingWeights(semantic=0, keyword=0, context=0, importance=1)

    measured = client.evaluate(queries=[query], weights=weights)

    assert measured.weights.importance == 1
    assert list(measured.queries[0].ranks) == [2]
    assert not measured.arms


def test_evaluate_sees_its_own_tenant_only(
    client: MemoryClient, other_tenant: MemoryClient, user: str
) -> None:
    """Another tenant's memories are as good as none."""
    ids = say(client, user, "The cat sleeps.")
    query = LabelledQuery(user_id=user, query="sleeping cat", relevant_ids=ids)

    assert list(other_tenant.evaluate(queries=[query]).queries[0].ranks) == [0]


def test_a_tenant_has_its_own_weights(tmp_path_factory: pytest.TempPathFactory, user: str) -> None:
    """Weights of the settings apply to their tenant; a request's go before them."""
    folder = tmp_path_factory.mktemp("weights")
    config = folder / "memsvc.toml"
    config.write_text(
        "[weights]\nkeyword = 0.3\n\n[tenant_weights.default]\nsemantic = 0.2\n\n"
        "[tenant_weights.default.context_weights]\nspeaker = 0.0\n"
    )
    process = ServerProcess(
        folder / "log", data_dir=str(folder / "data"), config=str(config), embedder="none"
    )
    with process, MemoryClient(process.target) as client:
        say(client, user, "The cat sleeps.")
        applied = client.recall(user_id=user, query="cat").weights
        asked = client.recall(
            user_id=user, query="cat", weights=RankingWeights(keyword=0.4)
        ).weights

    assert (applied.keyword, applied.context_weights.speaker) == (0.3, 0)
    assert asked.keyword == pytest.approx(0.4)
