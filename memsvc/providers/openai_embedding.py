"""Any server that speaks OpenAI's /v1/embeddings."""

# ruff: file-ignore[async-function-with-timeout] - the caller's time is a part of the interface

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from http import HTTPStatus
from typing import Final

import numpy as np
import openai
import stamina
from numpy.typing import NDArray

from memsvc.core.model import EmbeddingSpace
from memsvc.providers.embedding import EmbeddingUnavailable, checked
from memsvc.providers.model_http import api_client

#: Tries of one request, the first one included.
ATTEMPTS: Final = 2
#: Seconds until the second try, and how much chance adds to them.
RETRY_SECONDS: Final = 0.05
RETRY_SECONDS_JITTER: Final = 0.05
#: A longer reply is given up: of the largest batch it would have 60 bytes a number.
REPLY_BYTES_MAX: Final = 64 * 1024 * 1024
#: The protocol does not tell which weights answer, only the model's name.
REVISION: Final = "openai-api"

_PROBE: Final = "How long is a vector?"


class _TransientFailure(EmbeddingUnavailable):
    """A failure that may be gone at the next try."""


class OpenAIEmbedder:
    """A server's model. Texts are sent in batches, one after the other.

    Neither the key nor anything that the server wrote gets into a message of this class; the
    exceptions that its errors are chained to (`__cause__`) may quote the server.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        model: str,
        *,
        dimension: int | None = None,
        batch_size: int = 64,
        timeout: float = 10.0,
    ) -> None:
        """Take a server's address up to and including "/v1", a key ("" for none) and a model.

        Without a *dimension* the embedder has to be made by `load`. A request has at most
        *batch_size* texts (from 1) and *timeout* seconds, its second try included.
        """
        self._model = model
        self._dimension = dimension
        self._batch_size = batch_size
        self._timeout = timeout
        self._client = api_client(base_url, api_key, timeout)

    @classmethod
    async def load(
        cls,
        base_url: str,
        api_key: str,
        model: str,
        *,
        dimension: int | None = None,
        batch_size: int = 64,
        timeout: float = 10.0,
    ) -> OpenAIEmbedder:
        """Return an embedder; the server is asked for the dimension if none is given.

        The parameters are the constructor's. Raises EmbeddingUnavailable.
        """
        embedder = cls(
            base_url, api_key, model, dimension=dimension, batch_size=batch_size, timeout=timeout
        )
        async with AsyncExitStack() as undo:
            undo.push_async_callback(embedder.close)
            if dimension is None:
                embedder._dimension = (await embedder._batch([_PROBE])).shape[1]
            undo.pop_all()
        return embedder

    @property
    def space(self) -> EmbeddingSpace:
        """The space of all vectors of this embedder.

        Raises EmbeddingUnavailable if the dimension is neither given nor learnt by `load`.
        """
        if self._dimension is None:
            message = "the dimension of the embedder's vectors is not known"
            raise EmbeddingUnavailable(message)
        return EmbeddingSpace(self._model, REVISION, self._dimension)

    async def embed(
        self, texts: Sequence[str], *, timeout: float | None = None
    ) -> NDArray[np.float32]:
        """Return one vector for each text, as `Embedder.embed` says.

        Raises EmbeddingUnavailable whatever goes wrong.
        """
        vectors = np.empty((len(texts), self.space.dimension), np.float32)
        async with _within(timeout):
            for start in range(0, len(texts), self._batch_size):
                batch = texts[start : start + self._batch_size]
                vectors[start : start + self._batch_size] = await self._batch(batch)
        return vectors

    async def embed_query(self, text: str, *, timeout: float | None = None) -> NDArray[np.float32]:
        """Return the vector of a query, as `Embedder.embed_query` says.

        Raises EmbeddingUnavailable whatever goes wrong.
        """
        vector: NDArray[np.float32] = (await self.embed([text], timeout=timeout))[0]
        return vector

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _batch(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of so few texts that one request carries them."""
        attempts = stamina.retry_context(
            on=_TransientFailure,
            attempts=ATTEMPTS,
            timeout=self._timeout,
            wait_initial=RETRY_SECONDS,
            wait_jitter=RETRY_SECONDS_JITTER,
        )
        reply = b""
        async with _within(self._timeout):
            async for attempt in attempts:
                with attempt:
                    reply = await self._request(texts)
        return checked(_vectors(reply), len(texts), self._dimension)

    async def _request(self, texts: Sequence[str]) -> bytes:
        """Return the body of the reply. Raises _TransientFailure and EmbeddingUnavailable."""
        try:
            return await self._receive(texts)
        except EmbeddingUnavailable:
            raise
        except openai.APIStatusError as error:
            message = f"the embedding server answered {error.status_code}"
            transient = (
                error.status_code == HTTPStatus.TOO_MANY_REQUESTS
                or error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
            )
            raise (_TransientFailure if transient else EmbeddingUnavailable)(message) from error
        except openai.APIConnectionError as error:
            message = "the embedding server cannot be reached"
            raise _TransientFailure(message) from error
        # The library lets many through: its own, those of its HTTP client and of an odd address.
        except Exception as error:
            message = "the request to the embedding server failed"
            raise EmbeddingUnavailable(message) from error

    async def _receive(self, texts: Sequence[str]) -> bytes:
        """Return the body of the reply as it is: the library would turn garbage into objects."""
        body = bytearray()
        async with self._client.embeddings.with_streaming_response.create(
            input=list(texts),
            model=self._model,
            encoding_format="float",
            # A few compressed bytes can stand for more than the memory holds.
            extra_headers={"Accept-Encoding": "identity"},
        ) as answer:
            if answer.headers.get("content-encoding", "identity") != "identity":
                message = "the embedding server compressed its reply, which nobody asked for"
                raise EmbeddingUnavailable(message)
            async for piece in answer.iter_bytes():
                body += piece
                if len(body) > REPLY_BYTES_MAX:
                    message = "the embedding server's reply is too large"
                    raise EmbeddingUnavailable(message)
        return bytes(body)


def _vectors(reply: bytes) -> list[object]:
    """Return the vectors of a reply in the order of the texts, unchecked.

    Raises EmbeddingUnavailable if the reply is not of the form that the protocol asks for.
    """
    try:
        items = json.loads(reply)["data"]
        by_index = {item["index"]: item["embedding"] for item in items}
        if len(by_index) != len(items):
            message = "the embedding server gave two vectors for one text"
            raise EmbeddingUnavailable(message)
        return [by_index[index] for index in range(len(by_index))]
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        message = "the embedding server's reply is not of the protocol's form"
        raise EmbeddingUnavailable(message) from error


@asynccontextmanager
async def _within(seconds: float | None) -> AsyncGenerator[None]:
    """Give up what is done within after *seconds*, None for never."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        message = f"the embedding server did not answer within {seconds:.3f} s"
        raise EmbeddingUnavailable(message) from error
