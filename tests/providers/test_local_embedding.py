"""The embedder in this process: what its vectors are, and who waits for whom."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as runtime_errors

from memsvc.core.model import EmbeddingSpace
from memsvc.providers.embedding import Embedder, EmbeddingUnavailable
from memsvc.providers.local_embedding import CHARACTERS_MAX, CHUNK, LocalEmbedder
from memsvc.providers.minilm_graph import MODEL, RECIPE_VERSION, WEIGHTS_SHA256
from tests.providers.varied_texts import TEXTS


async def test_full_precision_agrees_with_the_oracle(
    fp32: LocalEmbedder, oracle_vectors: NDArray[Any]
) -> None:
    """The graph computes the published model, whatever the text."""
    cosines = np.sum(await fp32.embed(TEXTS) * oracle_vectors, axis=1)
    assert cosines.min() >= 0.9999


async def test_int8_stays_close_to_the_oracle(
    int8: LocalEmbedder, oracle_vectors: NDArray[Any]
) -> None:
    """Quantising costs less than 0.01 of the cosine on average, and less than 0.03 on any text."""
    cosines = np.sum(await int8.embed(TEXTS) * oracle_vectors, axis=1)
    assert len(cosines) == 200
    assert cosines.mean() >= 0.99
    assert cosines.min() >= 0.97, TEXTS[int(cosines.argmin())]


@pytest.mark.parametrize("precision", ["int8", "fp32"])
async def test_a_vector_does_not_depend_on_the_other_texts(
    precision: str, request: pytest.FixtureRequest
) -> None:
    """Bit for bit: alone, as a query, among others, in any order and next to itself."""
    embedder: LocalEmbedder = request.getfixturevalue(precision)
    together = await embedder.embed(TEXTS)
    alone = np.concatenate([await embedder.embed([text]) for text in TEXTS])
    queries = np.stack([await embedder.embed_query(text) for text in TEXTS])
    backwards = (await embedder.embed(TEXTS[::-1]))[::-1]
    longest = max(TEXTS, key=len)
    beside = await embedder.embed([longest, "No.", longest, "No."])
    for others in (alone, queries, backwards):
        assert others.tobytes() == together.tobytes()
    assert beside[1].tobytes() == beside[3].tobytes() == alone[TEXTS.index("No.")].tobytes()
    assert beside[0].tobytes() == beside[2].tobytes() == alone[TEXTS.index(longest)].tobytes()


async def test_concurrent_calls_do_not_change_vectors(int8: LocalEmbedder) -> None:
    """Bit for bit the same as one call after the other."""
    expected = await int8.embed(TEXTS[:40])
    parts = await asyncio.gather(
        *(int8.embed(TEXTS[start : start + 10]) for start in range(0, 40, 10))
    )
    queries = await asyncio.gather(*(int8.embed_query(text) for text in TEXTS[:40]))
    assert np.concatenate(parts).tobytes() == expected.tobytes()
    assert np.stack(queries).tobytes() == expected.tobytes()


async def test_vectors_are_float32_rows_of_norm_1(int8: LocalEmbedder) -> None:
    """The shape is (texts, 384), also for no text, and (384,) for a query."""
    vectors = await int8.embed(TEXTS[:20])
    assert vectors.dtype == np.float32
    assert vectors.shape == (20, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert (await int8.embed_query("hello")).shape == (384,)
    assert (await int8.embed([])).shape == (0, 384)


@pytest.mark.parametrize("text", [" ", "\n\t ", "\u3000", "\u200b"])
async def test_a_text_without_words_has_a_vector(int8: LocalEmbedder, text: str) -> None:
    """The marks of a text's ends are enough."""
    assert np.linalg.norm(await int8.embed_query(text)) == pytest.approx(1, abs=1e-6)


async def test_only_the_beginning_of_a_long_text_counts(int8: LocalEmbedder) -> None:
    """What follows 256 word pieces, or CHARACTERS_MAX characters, changes nothing."""
    words = "one two three four five " * 60
    assert np.array_equal(await int8.embed_query(words), await int8.embed_query(words + "six"))
    wide = "a" + " " * (CHARACTERS_MAX - 1)
    assert np.array_equal(await int8.embed_query(wide), await int8.embed_query(wide + "b"))
    assert not np.array_equal(await int8.embed_query("a"), await int8.embed_query("a b"))


async def test_likeness_is_of_meaning(int8: LocalEmbedder) -> None:
    """A question is nearer to its answer than to another sentence with the same words."""
    question = await int8.embed_query("Which pet does she have?")
    answer, other = await int8.embed([
        "She owns a little dog.",
        "Which street does she have to take?",
    ])
    assert question @ answer > question @ other


def test_the_space_names_weights_and_arithmetic(int8: LocalEmbedder, fp32: LocalEmbedder) -> None:
    """Vectors of another precision are never compared with these."""
    weights = WEIGHTS_SHA256[:12]
    assert int8.space == EmbeddingSpace(MODEL, f"{weights}-int8-{RECIPE_VERSION}", 384)
    assert fp32.space == EmbeddingSpace(MODEL, f"{weights}-fp32-{RECIPE_VERSION}", 384)


class Gate:
    """Takes the place of the model: lets nothing pass until told to, and notes what came."""

    def __init__(self) -> None:
        """Start closed."""
        self.opened = threading.Event()
        self.came = threading.Event()
        self.seen: list[str] = []
        self.threads: set[str] = set()
        self.failure: Exception | None = None

    def mean(self, text: str) -> NDArray[np.float32]:
        """Return some vector, at once for a text that is in a hurry."""
        self.seen.append(text)
        self.threads.add(threading.current_thread().name)
        if "hurry" not in text:
            self.came.set()
            self.opened.wait()
        if self.failure is not None:
            raise self.failure
        return np.full((1, 384), 1 + len(text), np.float32)


@pytest.fixture
def gate() -> Gate:
    """A model that a test can hold up."""
    return Gate()


@pytest.fixture
async def gated(
    cache_dir: Path, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[LocalEmbedder]:
    """An embedder of one thread with the gate in place of the model."""
    embedder = await LocalEmbedder.load(cache_dir, threads=1)
    monkeypatch.setattr(embedder, "_mean", gate.mean)
    yield embedder
    gate.opened.set()
    await embedder.close()


async def test_a_query_does_not_wait_for_texts(gated: LocalEmbedder, gate: Gate) -> None:
    """A query is answered while as many texts as there are threads are still being embedded."""
    texts = asyncio.create_task(gated.embed(["slow"] * 100))
    await asyncio.to_thread(gate.came.wait)
    assert (await gated.embed_query("in a hurry")).shape == (384,)
    assert not texts.done()
    gate.opened.set()
    assert (await texts).shape == (100, 384)


async def test_calls_take_turns(gated: LocalEmbedder, gate: Gate) -> None:
    """A single text waits for a chunk of a large batch, not for all of it."""
    large = asyncio.create_task(gated.embed(["large"] * (CHUNK * 10)))
    await asyncio.to_thread(gate.came.wait)
    small = asyncio.create_task(gated.embed(["small"]))
    await asyncio.sleep(0)
    gate.opened.set()
    await asyncio.gather(large, small)
    assert gate.seen.index("small") == CHUNK


async def test_the_event_loop_never_runs_the_model(gated: LocalEmbedder, gate: Gate) -> None:
    """Neither the tokenizer nor the model runs on the loop's own thread."""
    gate.opened.set()
    await gated.embed(["text"])
    await gated.embed_query("query")
    assert gate.threads == {"embed-text_0", "embed-query_0"}


@pytest.mark.parametrize("method", ["embed", "embed_query"])
async def test_out_of_time_is_unavailable(gated: LocalEmbedder, gate: Gate, method: str) -> None:
    """The caller gets its answer in time, and later calls are served as usual."""
    argument: Any = "slow" if method == "embed_query" else ["slow"] * 50
    with pytest.raises(EmbeddingUnavailable) as raised:
        await getattr(gated, method)(argument, timeout=0.01)
    assert isinstance(raised.value.__cause__, TimeoutError)
    gate.opened.set()
    assert (await gated.embed(["next"], timeout=60)).shape == (1, 384)
    assert gate.seen.count("slow") <= CHUNK


async def test_a_cancelled_call_stays_cancelled(gated: LocalEmbedder, gate: Gate) -> None:
    """Cancelling is not a failure of the embedder, and what is left of the call is dropped."""
    call = asyncio.create_task(gated.embed(["slow"] * 50))
    await asyncio.to_thread(gate.came.wait)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    gate.opened.set()
    assert (await gated.embed(["next"])).shape == (1, 384)
    assert gate.seen == ["slow"] * CHUNK + ["next"]


@pytest.mark.parametrize(
    "failure", [runtime_errors.Fail("no"), runtime_errors.RuntimeException("no"), MemoryError()]
)
async def test_a_failing_model_is_unavailable(
    gated: LocalEmbedder, gate: Gate, failure: Exception
) -> None:
    """The runtime's own errors do not get out, except as a cause."""
    gate.opened.set()
    gate.failure = failure
    for call in (gated.embed(["a", "b"]), gated.embed_query("c")):
        with pytest.raises(EmbeddingUnavailable) as raised:
            await call
        assert raised.value.__cause__ is failure


async def test_a_closed_embedder_is_unavailable(gated: LocalEmbedder, gate: Gate) -> None:
    """Closing ends calls that still have texts to go, and refuses new ones."""
    call = asyncio.create_task(gated.embed(["slow"] * (CHUNK + 1)))
    await asyncio.to_thread(gate.came.wait)
    closing = asyncio.create_task(gated.close())
    await asyncio.sleep(0)
    gate.opened.set()
    with pytest.raises(EmbeddingUnavailable):
        await call
    await closing
    with pytest.raises(EmbeddingUnavailable):
        await gated.embed_query("too late")


def test_it_is_an_embedder(int8: LocalEmbedder) -> None:
    """The type checker agrees that it has all that the protocol asks for."""
    embedder: Embedder = int8
    assert embedder.space.dimension == 384
