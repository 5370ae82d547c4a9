"""Acceptance 18: without the embedder everything is still stored, found by words, and said so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from memsvc_client import MemoryClient
from tests.fakes.openai_server import FakeOpenAI, Mode
from tests.support.server import ServerProcess
from tests.support.texts import contents, say
from tests.support.waiting import until

BROKEN: list[Mode] = ["status_500", "wrong_dimension", "nan", "zero", "fewer", "garbage", "drop"]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[FakeOpenAI]:
    """An OpenAI-compatible endpoint whose failures are chosen here."""
    with FakeOpenAI(dimension=16) as fake:
        yield fake


@pytest.fixture(scope="module")
def remote(
    endpoint: FakeOpenAI, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MemoryClient]:
    """A client of a server that embeds through the endpoint."""
    folder = tmp_path_factory.mktemp("remote")
    process = ServerProcess(
        folder / "server.log",
        data_dir=str(folder / "data"),
        embedder="openai",
        embedding_base_url=endpoint.base_url,
        embedding_api_key="sk-do-not-log",
        drain_seconds="0",
    )
    with process, MemoryClient(process.target) as client:
        yield client
    assert "sk-do-not-log" not in process.log()
    assert "Traceback" not in process.log()


def healthy(client: MemoryClient, user: str) -> bool:
    """Return whether Recall ranks on everything, vectors of all memories included."""
    reply = client.recall(user_id=user, query="harbour")
    return not reply.degraded and bool(reply.results)


@pytest.mark.parametrize("mode", BROKEN)
def test_a_broken_embedder_loses_nothing(
    remote: MemoryClient, endpoint: FakeOpenAI, mode: Mode
) -> None:
    """Ingest is acknowledged, Recall answers by words and says so, and vectors follow later."""
    user = f"user-{uuid4()}"
    endpoint.mode = mode
    try:
        say(remote, user, "The harbour freezes in January.", "I like pears.")
        reply = remote.recall(user_id=user, query="Does the harbour freeze?", explain=True)
    finally:
        endpoint.mode = "ok"

    # What was said beside it may come as well, but behind it.
    assert contents(reply)[0] == "The harbour freezes in January."
    assert reply.degraded
    assert list(reply.degraded_reasons) == ["EMBEDDER_UNAVAILABLE"]
    assert reply.weights.semantic == 0
    assert until(lambda: healthy(remote, user))
    assert len(remote.recall(user_id=user, query="harbour").results) == 2


def test_edited_text_is_embedded_anew_when_the_embedder_is_back(
    remote: MemoryClient, endpoint: FakeOpenAI
) -> None:
    """An update without a vector never keeps the old text's vector; the new one follows."""
    user = f"user-{uuid4()}"
    memory = remote.create_memory(user_id=user, content="harbour").memory
    memory.content = "mountain"
    endpoint.mode = "status_503"
    try:
        remote.update_memory(memory=memory)
    finally:
        endpoint.mode = "ok"

    # The endpoint gives equal texts equal vectors: only the new text is at distance 0 from it.
    until(lambda: not remote.recall(user_id=user, query="mountain").degraded)
    reply = remote.recall(user_id=user, query="mountain", explain=True)
    assert reply.results[0].breakdown.semantic == pytest.approx(1, abs=1e-6)


def test_a_text_that_is_always_refused_holds_nobody_up(
    remote: MemoryClient, endpoint: FakeOpenAI
) -> None:
    """Others that wait get their vectors past it, and queries are embedded all the while."""
    user = f"user-{uuid4()}"
    endpoint.refused = "poison"
    try:
        say(remote, user, "The harbour freezes.", "poison", "Pears are sweet.")

        def semantic(text: str) -> float:
            reply = remote.recall(user_id=user, query=text, explain=True)
            assert "EMBEDDER_UNAVAILABLE" not in reply.degraded_reasons
            return max(r.breakdown.semantic for r in reply.results if r.memory.content == text)

        # The endpoint gives equal texts equal vectors: a semantic part of 1 is the text's own.
        for text in ("The harbour freezes.", "Pears are sweet."):
            until(lambda text=text: semantic(text) > 0.999)  # type: ignore[misc]
    finally:
        endpoint.refused = ""
    assert until(lambda: healthy(remote, user))


def test_search_without_the_embedder_goes_by_words(
    remote: MemoryClient, endpoint: FakeOpenAI
) -> None:
    """Hybrid and semantic Search answer by words and say so; full text needs no embedder."""
    user = f"user-{uuid4()}"
    say(remote, user, "The harbour freezes.", "I like pears.")
    endpoint.mode = "status_500"
    try:
        for mode in ("SEARCH_MODE_HYBRID", "SEARCH_MODE_SEMANTIC"):
            # A query that the server has no vector of yet.
            query = f"harbour {uuid4()}"
            page = next(iter(remote.search(user_id=user, query=query, mode=mode).pages()))
            assert page.degraded
            assert [hit.message.content for hit in page.results] == ["The harbour freezes."]
        full_text = remote.search(user_id=user, query="harbour", mode="SEARCH_MODE_FULL_TEXT")
        assert not next(iter(full_text.pages())).degraded
    finally:
        endpoint.mode = "ok"


def test_another_embedder_is_not_mixed_in(
    endpoint: FakeOpenAI, tmp_path: Path, model_dir: Path
) -> None:
    """A server whose embedder is not the store's says so, ranks by words and stores no vector."""
    data = str(tmp_path / "data")
    remote = ServerProcess(
        tmp_path / "first.log",
        data_dir=data,
        embedder="openai",
        embedding_base_url=endpoint.base_url,
        drain_seconds="0",
    )
    with remote, MemoryClient(remote.target) as client:
        say(client, "u", "The harbour freezes.")
        assert not client.recall(user_id="u", query="harbour").degraded

    local = ServerProcess(
        tmp_path / "second.log", data_dir=data, model_dir=str(model_dir), drain_seconds="0"
    )
    with local, MemoryClient(local.target) as client:
        say(client, "u", "The harbour thaws.")
        reply = client.recall(user_id="u", query="harbour")
        mismatches = [x for x in local.log_lines() if x["event"] == "embedding_space_mismatch"]

    assert list(reply.degraded_reasons) == ["EMBEDDING_SPACE_MISMATCH"]
    assert set(contents(reply)) == {"The harbour freezes.", "The harbour thaws."}
    assert len(mismatches) == 1
