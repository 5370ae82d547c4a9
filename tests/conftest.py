"""Real parts: a Postgres from the wheel, real weights, a real server process, the real client."""

from __future__ import annotations

import asyncio
import hashlib
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from memsvc.core.model import Caller
from memsvc.store import embedded, migrate
from memsvc.store.database import Database
from memsvc_client import MemoryClient
from tests.support.server import (
    BARE_KEY,
    BOUND_KEY,
    BOUND_USER,
    CANARY,
    KEYS,
    READER_KEY,
    ServerProcess,
)

ROOT = Path(__file__).resolve().parent.parent


def pytest_configure() -> None:
    """Heed Ctrl-C, as the programs under test are to: a shell lets its background jobs ignore it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def model_dir() -> Path:
    """Where the model's graph is built once for all runs."""
    return ROOT / "var" / "models"


@pytest.fixture(scope="session")
def credentials_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The configuration of the two tenants, and of keys that may do less."""
    path = tmp_path_factory.mktemp("credentials") / "credentials.toml"
    more = {
        BARE_KEY: "scopes = []",
        READER_KEY: 'role = "read_only"',
        BOUND_KEY: f'user_id = "{BOUND_USER}"',
    }
    path.write_text(
        "".join(
            f'[[credential]]\ntenant = "{tenant}"\n'
            f'key_sha256 = "{hashlib.sha256(key.encode()).hexdigest()}"\n{rest}\n'
            for tenant, key, rest in (
                *((tenant, key, "") for tenant, key in KEYS.items()),
                *(("acme", key, rest) for key, rest in more.items()),
            )
        )
    )
    return path


@pytest.fixture(scope="session", params=[18, 16])
def postgres(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[embedded.EmbeddedPostgres]:
    """An embedded Postgres of its own, for the tests of the storage."""
    folder = tmp_path_factory.mktemp(f"postgres{request.param}") / "data"
    server = embedded.start(folder, version=request.param)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def conninfo(postgres: embedded.EmbeddedPostgres) -> str:
    """How the service connects, as the role that it made."""
    owner = postgres.owner_conninfo
    return migrate.prepare(owner, owner, passwordless=True)


@pytest.fixture
async def database(conninfo: str) -> AsyncIterator[Database]:
    """The service's own view of the storage."""
    opened = Database(conninfo)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
async def caller() -> Caller:  # ruff: ignore[unused-async] - in the loop whose clock it reads
    """A caller of a tenant that nothing else has, with all the time it needs."""
    return Caller(f"tenant-{uuid4()}", asyncio.get_running_loop().time() + 60)


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the shared server keeps its data."""
    return tmp_path_factory.mktemp("server") / "data"


@pytest.fixture(scope="session")
def server(data_dir: Path, credentials_file: Path, model_dir: Path) -> Iterator[ServerProcess]:
    """The server that most tests share. Its log is judged at the end of the run."""
    process = ServerProcess(
        data_dir.parent / "server.log",
        data_dir=str(data_dir),
        model_dir=str(model_dir),
        credentials_file=str(credentials_file),
        drain_seconds="0",
        # Tests of wrong keys all come from one address.
        auth_failures_burst="100000",
    )
    with process:
        yield process
    log = process.log()
    assert CANARY not in log, "the log holds what a user said"
    assert "Traceback" not in log, "a caller's mistake caused a traceback"
    assert '"internal_error"' not in log, "a caller's mistake was a fault of the server"
    postgres_log = (data_dir / "postgres" / "log").read_text()
    assert CANARY not in postgres_log, "the database's log holds what a user said"


@pytest.fixture(scope="session")
def client(server: ServerProcess) -> Iterator[MemoryClient]:
    """A client of the tenant acme."""
    with MemoryClient(server.target, api_key=KEYS["acme"]) as opened:
        yield opened


@pytest.fixture(scope="session")
def other_tenant(server: ServerProcess) -> Iterator[MemoryClient]:
    """A client of the tenant globex."""
    with MemoryClient(server.target, api_key=KEYS["globex"]) as opened:
        yield opened


@pytest.fixture
def user() -> str:
    """A user that no other test has."""
    return f"user-{uuid4()}"


@pytest.fixture(scope="session")
def owner(server: ServerProcess, data_dir: Path) -> Iterator[psycopg.Connection[Any]]:
    """The database of the shared server, with nothing hidden."""
    assert server.target
    joined = embedded.start(data_dir / "postgres")
    with psycopg.connect(joined.owner_conninfo, autocommit=True) as connection:
        yield connection
    joined.stop()
