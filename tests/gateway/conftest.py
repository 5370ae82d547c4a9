"""The shipped gateway in front of a real server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.gateway import Gateway
from tests.support.server import ServerProcess


@pytest.fixture(scope="session")
def gateway(server: ServerProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Envoy, with the files of deploy/envoy."""
    gateway = Gateway(tmp_path_factory.mktemp("gateway"), server.target)
    yield gateway
    gateway.stop()
