"""Calls of the services that concern a user as a whole."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

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
