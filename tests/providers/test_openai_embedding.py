"""The embedder behind OpenAI's protocol, against a server that fails in every way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import get_args

import numpy as np
import pytest

from memsvc.core.model import EmbeddingSpace
from memsvc.providers.embedding import Embedder, EmbeddingUnavailable
from memsvc.providers.openai_embedding import ATTEMPTS, REVISION, OpenAIEmbedder
from tests.fakes.openai_server import FakeOpenAI, Mode, pseudo_embedding

KEY = "sk-a-very-secret-key"
DIMENSION = 8

HARMLESS: tuple[Mode, ...] = ("ok", "reorder")
TRANSIENT: tuple[Mode, ...] = ("status_429", "status_500", "status_503", "drop", "huge_headers")
#: "wrong_dimension" is only wrong for who knows the right one, "ragged" needs two texts.
FAILING: tuple[Mode, ...] = tuple(
    mode for mode in get_args(Mode) if mode not in {*HARMLESS, "hang"}
)


@pytest.fixture
def server() -> Iterator[FakeOpenAI]:
    """A server of vectors of DIMENSION."""
    with FakeOpenAI(DIMENSION) as fake:
        yield fake


@pytest.fixture
async def embedder(server: FakeOpenAI) -> AsyncIterator[OpenAIEmbedder]:
    """An embedder that learnt the dimension; the server has forgotten that it was asked."""
    loaded = await OpenAIEmbedder.load(server.base_url, KEY, "some-model", batch_size=3)
    server.requests.clear()
    yield loaded
    await loaded.close()


def expected(*texts: str) -> np.ndarray:
    """Return the fake's vectors."""
    return np.array([pseudo_embedding(text, DIMENSION) for text in texts], np.float32)


@pytest.mark.parametrize("mode", HARMLESS)
async def test_vectors_are_those_of_the_texts(
    server: FakeOpenAI, embedder: OpenAIEmbedder, mode: Mode
) -> None:
    """Rows are in the order of the texts, in whatever order the server lists them."""
    server.mode = mode
    vectors = await embedder.embed(["one", "two", "three"])
    assert vectors.dtype == np.float32
    assert vectors.shape == (3, DIMENSION)
    assert np.allclose(vectors, expected("one", "two", "three"), atol=1e-6)
    query = await embedder.embed_query("four")
    assert query.shape == (DIMENSION,)
    assert np.allclose(query, expected("four")[0], atol=1e-6)


async def test_many_texts_are_sent_in_batches(server: FakeOpenAI, embedder: OpenAIEmbedder) -> None:
    """No request has more texts than the batch size, and no text is lost."""
    texts = [f"text {number}" for number in range(7)]
    assert np.allclose(await embedder.embed(texts), expected(*texts), atol=1e-6)
    assert [request.texts for request in server.requests] == [texts[:3], texts[3:6], texts[6:]]


async def test_no_texts_need_no_request(server: FakeOpenAI, embedder: OpenAIEmbedder) -> None:
    """The shape of nothing is (0, dimension)."""
    assert (await embedder.embed([])).shape == (0, DIMENSION)
    assert server.requests == []


async def test_a_request_is_of_the_protocol(server: FakeOpenAI, embedder: OpenAIEmbedder) -> None:
    """Path, key, model and form of the vectors are as the protocol has them."""
    await embedder.embed(["one"])
    (request,) = server.requests
    assert request.path == "/v1/embeddings"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.body == {"input": ["one"], "model": "some-model", "encoding_format": "float"}


async def test_the_dimension_is_learnt_once(server: FakeOpenAI, embedder: OpenAIEmbedder) -> None:
    """The space never changes: vectors of another dimension are refused from then on."""
    assert embedder.space == EmbeddingSpace("some-model", REVISION, DIMENSION)
    server.dimension = DIMENSION * 2
    with pytest.raises(EmbeddingUnavailable):
        await embedder.embed(["one"])
    assert embedder.space.dimension == DIMENSION


async def test_a_given_dimension_needs_no_server() -> None:
    """The service can start while the embedding server is away."""
    embedder = await OpenAIEmbedder.load("http://127.0.0.1:1/v1", "", "m", dimension=3)
    assert embedder.space.dimension == 3
    with pytest.raises(EmbeddingUnavailable) as raised:
        await embedder.embed_query("anybody there?")
    assert raised.value.__cause__ is not None
    await embedder.close()


@pytest.mark.parametrize("mode", ["status_500", "status_401", "garbage", "nan", "null", "zero"])
async def test_a_failing_probe_is_unavailable(server: FakeOpenAI, mode: Mode) -> None:
    """An embedder whose dimension cannot be learnt is not made."""
    server.mode = mode
    with pytest.raises(EmbeddingUnavailable):
        await OpenAIEmbedder.load(server.base_url, KEY, "some-model")


async def test_an_unknown_dimension_is_unavailable(server: FakeOpenAI) -> None:
    """Without `load` and without a given dimension there is no space to put vectors in."""
    embedder = OpenAIEmbedder(server.base_url, KEY, "some-model")
    with pytest.raises(EmbeddingUnavailable):
        _ = embedder.space
    with pytest.raises(EmbeddingUnavailable):
        await embedder.embed(["one"])
    await embedder.close()


@pytest.mark.parametrize("mode", FAILING)
async def test_every_failure_is_unavailable(
    server: FakeOpenAI, embedder: OpenAIEmbedder, mode: Mode
) -> None:
    """Its message holds neither the key nor the server's words, and the next call succeeds."""
    server.mode = mode
    with pytest.raises(EmbeddingUnavailable) as raised:
        await embedder.embed(["one", "two"])
    for told in (str(raised.value), repr(raised.value), repr(embedder)):
        assert KEY not in told
        assert "words" not in told
    server.mode = "ok"
    assert np.allclose(await embedder.embed_query("one"), expected("one")[0], atol=1e-6)


@pytest.mark.parametrize("mode", ["status_401", "status_500", "garbage", "no_index", "drop"])
async def test_a_failure_names_its_cause(
    server: FakeOpenAI, embedder: OpenAIEmbedder, mode: Mode
) -> None:
    """What the library or the check raised is chained, for whoever debugs."""
    server.mode = mode
    with pytest.raises(EmbeddingUnavailable) as raised:
        await embedder.embed(["one"])
    assert raised.value.__cause__ is not None


@pytest.mark.parametrize("mode", TRANSIENT)
async def test_a_passing_failure_is_tried_again_once(
    server: FakeOpenAI, embedder: OpenAIEmbedder, mode: Mode
) -> None:
    """The caller notices nothing of one failure; two in a row end the call."""
    server.script.append(mode)
    assert (await embedder.embed(["one"])).shape == (1, DIMENSION)
    assert len(server.requests) == ATTEMPTS
    server.requests.clear()
    server.mode = mode
    with pytest.raises(EmbeddingUnavailable):
        await embedder.embed(["one"])
    assert len(server.requests) == ATTEMPTS


@pytest.mark.parametrize("mode", [mode for mode in FAILING if mode not in TRANSIENT])
async def test_a_lasting_failure_is_not_tried_again(
    server: FakeOpenAI, embedder: OpenAIEmbedder, mode: Mode
) -> None:
    """What the server refuses, or answers wrongly, it would refuse again."""
    server.mode = mode
    with pytest.raises(EmbeddingUnavailable):
        await embedder.embed(["one", "two"])
    assert len(server.requests) == 1


async def test_redirections_are_not_followed(server: FakeOpenAI, embedder: OpenAIEmbedder) -> None:
    """Texts go to the configured server and nowhere else."""
    server.script.append("redirect")
    with pytest.raises(EmbeddingUnavailable):
        await embedder.embed(["one"])
    assert [request.path for request in server.requests] == ["/v1/embeddings"]


async def test_the_callers_time_limits_a_call(server: FakeOpenAI, embedder: OpenAIEmbedder) -> None:
    """A silent server costs no more than the caller allows."""
    server.mode = "hang"
    for call in (embedder.embed(["one"], timeout=0.05), embedder.embed_query("one", timeout=0.05)):
        with pytest.raises(EmbeddingUnavailable) as raised:
            await call
        assert isinstance(raised.value.__cause__, TimeoutError)


async def test_the_embedders_time_limits_a_request(server: FakeOpenAI) -> None:
    """A silent server costs no more than the embedder's timeout, tries and all."""
    server.mode = "hang"
    embedder = OpenAIEmbedder(server.base_url, KEY, "m", dimension=DIMENSION, timeout=0.1)
    with pytest.raises(EmbeddingUnavailable):
        await asyncio.wait_for(embedder.embed(["one"]), 30)
    await embedder.close()


async def test_a_cancelled_call_stays_cancelled(
    server: FakeOpenAI, embedder: OpenAIEmbedder
) -> None:
    """Cancelling is not a failure of the embedder."""
    server.mode = "hang"
    server.arrived.clear()
    call = asyncio.create_task(embedder.embed(["one"]))
    await asyncio.to_thread(server.arrived.wait)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call


async def test_a_closed_embedder_is_unavailable(server: FakeOpenAI) -> None:
    """Nothing is sent after closing."""
    embedder = OpenAIEmbedder(server.base_url, KEY, "m", dimension=DIMENSION)
    await embedder.close()
    with pytest.raises(EmbeddingUnavailable):
        await embedder.embed(["one"])
    assert server.requests == []


async def test_no_key_is_taken_from_the_environment(
    server: FakeOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that was meant for another server does not get to this one."""
    monkeypatch.setenv("OPENAI_ORG_ID", KEY)
    monkeypatch.setenv("OPENAI_PROJECT_ID", KEY)
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", f"Authorization: Bearer {KEY}\nX-Key: {KEY}")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    embedder = await OpenAIEmbedder.load(server.base_url, "", "some-model")
    await embedder.close()
    assert KEY not in json.dumps([request.headers for request in server.requests])


async def test_an_impossible_address_is_unavailable() -> None:
    """A mistake in the configuration is told like any other failure."""
    embedder = OpenAIEmbedder("http://[/v1", KEY, "m", dimension=DIMENSION)
    with pytest.raises(EmbeddingUnavailable):
        await embedder.embed(["one"])
    await embedder.close()


def test_it_is_an_embedder(embedder: OpenAIEmbedder) -> None:
    """The type checker agrees that it has all that the protocol asks for."""
    checked: Embedder = embedder
    assert checked.space.dimension == DIMENSION
