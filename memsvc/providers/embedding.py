"""What every embedder does, the one way in which it fails, and the check of its vectors."""

# ruff: file-ignore[async-function-with-timeout] - the caller's time is a part of the interface

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from memsvc.core.model import EmbeddingSpace

#: A shorter vector has no direction that could be trusted.
NORM_MIN: Final = 1e-6


class EmbeddingUnavailable(Exception):
    """The embedder gave no usable vectors."""

    def __init__(self, reason: str | None = None) -> None:
        """Give a *reason* free of secrets and of what a server wrote; the docstring if None."""
        super().__init__(type(self).__doc__ if reason is None else reason)


class Embedder(Protocol):
    """Turns texts into vectors whose dot product says how alike the texts are in meaning."""

    @property
    def space(self) -> EmbeddingSpace:
        """The space of all vectors of this embedder; it never changes."""
        ...

    async def embed(
        self, texts: Sequence[str], *, timeout: float | None = None
    ) -> NDArray[np.float32]:
        """Return one vector for each text that is to be found, in the order of the texts.

        The shape is (len(texts), dimension), each row has the Euclidean norm 1. *timeout* is in
        seconds, None for no limit. Raises EmbeddingUnavailable.
        """
        ...

    async def embed_query(self, text: str, *, timeout: float | None = None) -> NDArray[np.float32]:
        """Return the vector of a text that is searched by, before vectors of `embed` that wait.

        The shape is (dimension,), the Euclidean norm 1. *timeout* is in seconds, None for no
        limit. Raises EmbeddingUnavailable.
        """
        ...

    async def close(self) -> None:
        """Let go of threads and connections; afterwards every call fails."""
        ...


def checked(vectors: object, count: int, dimension: int | None) -> NDArray[np.float32]:
    """Return *vectors* normalised, of the shape (*count*, *dimension*), rows of norm 1.

    A *dimension* of None allows any. Raises EmbeddingUnavailable if the vectors are not numbers,
    are of another count or dimension, hold NaN or infinity, or are shorter than NORM_MIN.
    """
    try:
        raw = np.asarray(vectors)
    except (TypeError, ValueError, OverflowError) as error:
        message = "the embedder's vectors are not a table of numbers"
        raise EmbeddingUnavailable(message) from error
    # Numbers in quotes, null and true would all be turned into numbers by a conversion.
    if raw.dtype.kind not in "fiu":
        message = "the embedder's vectors are not a table of numbers"
        raise EmbeddingUnavailable(message)
    match raw.shape:
        case (rows, columns) if rows == count and columns and dimension in {None, columns}:
            pass
        case shape:
            message = f"the embedder's vectors have the shape {shape}, not {(count, dimension)}"
            raise EmbeddingUnavailable(message)
    # In double precision no square of a finite single precision number overflows.
    exact = raw.astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        norms = np.linalg.norm(exact, axis=1, keepdims=True)
    # A norm is finite only if all of its vector is.
    if not np.all(np.isfinite(norms)) or np.any(norms < NORM_MIN):
        message = "the embedder gave a vector without a direction"
        raise EmbeddingUnavailable(message)
    unit: NDArray[np.float32] = (exact / norms).astype(np.float32)
    return unit
