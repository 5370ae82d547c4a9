"""What measurements are tried on: the shared server, seen as one of their own, and a made-up file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.server import BenchServer
from tests.bench.talk import write_talk
from tests.support.server import KEYS, ServerProcess


@pytest.fixture(scope="package")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of two samples with three questions each."""
    return write_talk(tmp_path_factory.mktemp("data") / "talk.json")


@pytest.fixture(scope="package")
def environment(model_dir: Path) -> Iterator[pytest.MonkeyPatch]:
    """The environment of a caller with a key."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEMSVC_MODEL_DIR", str(model_dir))
        patch.setenv("MEMSVC_API_KEY", KEYS["acme"])
        yield patch


@pytest.fixture(scope="package")
def bench_server(server: ServerProcess, data_dir: Path) -> BenchServer:
    """The shared server as what is measured, for a tenant with a key."""
    return BenchServer(
        server.target, server.process.pid, data_dir / "postgres", "acme", KEYS["acme"]
    )
