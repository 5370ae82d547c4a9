"""Calls of the services that concern a user as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from memsvc.store import embedded
from tests.support.server import KEYS, ServerProcess
from tests.support.stubs import Services, services


@pytest.fixture(scope="session")
def acme(server: ServerProcess) -> Iterator[Services]:
    """The services as the tenant acme calls them."""
    with services(server.target, KEYS["acme"]) as of:
        yield of


@pytest.fixture(scope="session")
def globex(server: ServerProcess) -> Iterator[Services]:
    """The services as the tenant globex calls them."""
    with services(server.target, KEYS["globex"]) as of:
        yield of


@pytest.fixture(scope="session")
def owner(server: ServerProcess, data_dir: Path) -> Iterator[psycopg.Connection[Any]]:
    """The database of the shared server, with nothing hidden."""
    assert server.target
    joined = embedded.start(data_dir / "postgres")
    with psycopg.connect(joined.owner_conninfo, autocommit=True) as connection:
        yield connection
    joined.stop()
