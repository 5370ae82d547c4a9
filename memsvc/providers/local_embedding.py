"""all-MiniLM-L6-v2 in this process, on a few threads of its own."""

# ruff: file-ignore[async-function-with-timeout] - the caller's time is a part of the interface

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as runtime_errors

from memsvc.core.model import EmbeddingSpace
from memsvc.providers.embedding import EmbeddingUnavailable, checked
from memsvc.providers.minilm_graph import (
    DIMENSION,
    INPUT,
    MODEL,
    OUTPUT,
    Precision,
    build_graph,
    load_tokenizer,
    open_session,
    revision,
)

#: Texts that a thread takes at a time: as many as are done in some 20 ms, if they are short.
CHUNK: Final = 8
#: Only so many characters of a text are read, more than its first 256 word pieces have: the
#: tokenizer would go through all of a longer text, and stop all other threads for a part of it.
CHARACTERS_MAX: Final = 16_384

_RUN_FAILURES: Final = (
    runtime_errors.Fail,
    runtime_errors.InvalidArgument,
    runtime_errors.RuntimeException,
    MemoryError,
)


class LocalEmbedder:
    """The model in this process.

    Texts run one by one, each on one thread, so that a vector does not depend, not even in its
    last bit, on what else is embedded. Queries have threads of their own and never wait for texts;
    the processor's cores are shared fairly by the operating system.
    """

    def __init__(self, cache_dir: Path, *, threads: int = 2, precision: Precision = "int8") -> None:
        """Load the model, which blocks for some seconds if *cache_dir* has no graph yet.

        *threads* (from 1) is how many texts run at once, and as many queries. Raises
        ModelFileError, and OSError if *cache_dir* cannot be written.
        """
        self._tokenizer = load_tokenizer()
        self._session = open_session(build_graph(cache_dir, precision=precision))
        self._space = EmbeddingSpace(MODEL, revision(precision), DIMENSION)
        self._threads = threads
        self._for_texts = ThreadPoolExecutor(threads, "embed-text")
        self._for_queries = ThreadPoolExecutor(threads, "embed-query")
        self._closed = False

    @classmethod
    async def load(
        cls, cache_dir: Path, *, threads: int = 2, precision: Precision = "int8"
    ) -> LocalEmbedder:
        """Return an embedder without blocking the event loop; otherwise as the constructor."""
        return await asyncio.to_thread(cls, cache_dir, threads=threads, precision=precision)

    @property
    def space(self) -> EmbeddingSpace:
        """The space of all vectors of this embedder."""
        return self._space

    async def embed(
        self, texts: Sequence[str], *, timeout: float | None = None
    ) -> NDArray[np.float32]:
        """Return one vector for each text, as `Embedder.embed` says.

        Raises EmbeddingUnavailable if the time is over, the embedder closed or the model fails.
        """
        means = np.empty((len(texts), DIMENSION), np.float32)
        starts = iter(range(0, len(texts), CHUNK))
        async with _within(timeout):
            await asyncio.gather(
                *(self._run_chunks(texts, starts, means) for _ in range(self._threads))
            )
        return checked(means, len(texts), DIMENSION)

    async def embed_query(self, text: str, *, timeout: float | None = None) -> NDArray[np.float32]:
        """Return the vector of a query, as `Embedder.embed_query` says.

        Raises EmbeddingUnavailable if the time is over, the embedder closed or the model fails.
        """
        async with _within(timeout):
            means = await self._run(self._for_queries, [text])
        vector: NDArray[np.float32] = checked(means, 1, DIMENSION)[0]
        return vector

    async def close(self) -> None:
        """Stop the threads after the texts that they are at; calls that want more of them fail."""
        self._closed = True
        for pool in (self._for_texts, self._for_queries):
            await asyncio.to_thread(pool.shutdown)

    async def _run_chunks(
        self, texts: Sequence[str], starts: Iterator[int], means: NDArray[np.float32]
    ) -> None:
        """Run chunk after chunk of *texts*, sharing *starts* with the other tasks of the call.

        A call has no more chunks in the pool than there are threads, so calls take turns.
        """
        for start in starts:
            chunk = texts[start : start + CHUNK]
            means[start : start + CHUNK] = await self._run(self._for_texts, chunk)

    async def _run(self, pool: ThreadPoolExecutor, texts: Sequence[str]) -> NDArray[np.float32]:
        if self._closed:
            message = "the embedder is closed"
            raise EmbeddingUnavailable(message)
        return await asyncio.get_running_loop().run_in_executor(pool, self._means, texts)

    def _means(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the mean hidden states of *texts*, shape (len(texts), DIMENSION)."""
        try:
            return np.concatenate([self._mean(text) for text in texts])
        except _RUN_FAILURES as error:
            message = "the embedding model failed"
            raise EmbeddingUnavailable(message) from error

    def _mean(self, text: str) -> NDArray[np.float32]:
        word_pieces = self._tokenizer.encode(text[:CHARACTERS_MAX]).ids
        inputs = {INPUT: np.array([word_pieces], np.int64)}
        mean: NDArray[np.float32]
        (mean,) = self._session.run([OUTPUT], inputs)
        return mean


@asynccontextmanager
async def _within(seconds: float | None) -> AsyncGenerator[None]:
    """Give up what is done within after *seconds*, None for never."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        message = f"nothing was embedded within {seconds:.3f} s"
        raise EmbeddingUnavailable(message) from error
