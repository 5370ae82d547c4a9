"""The graphs and the oracle's vectors, made once for all tests of the providers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from memsvc.providers.local_embedding import LocalEmbedder
from tests.providers.minilm_oracle import Oracle
from tests.providers.varied_texts import TEXTS


@pytest.fixture(scope="session")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the graphs of these tests are."""
    return tmp_path_factory.mktemp("graphs")


@pytest.fixture(scope="session")
def oracle_vectors() -> NDArray[Any]:
    """The oracle's vectors of TEXTS."""
    oracle = Oracle()
    return np.stack([oracle.embed(text) for text in TEXTS])


@pytest.fixture(scope="session")
async def int8(cache_dir: Path) -> AsyncIterator[LocalEmbedder]:
    """The embedder as the service uses it."""
    embedder = await LocalEmbedder.load(cache_dir)
    yield embedder
    await embedder.close()


@pytest.fixture(scope="session")
async def fp32(cache_dir: Path) -> AsyncIterator[LocalEmbedder]:
    """The embedder in full precision."""
    embedder = await LocalEmbedder.load(cache_dir, precision="fp32")
    yield embedder
    await embedder.close()
