"""Servers and workers as processes of their own, on one database, with a scripted language model."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from memsvc.store import embedded
from memsvc_client import MemoryClient
from tests.fakes.model_server import Fact, FakeModel
from tests.fakes.model_server import fact as told
from tests.support.server import ServerProcess, WorkerProcess

#: Short enough for a test, long enough for a busy machine.
LEASE_SECONDS = 2.0


class Fleet:
    """Processes of one installation. All of them end with the test."""

    def __init__(self, folder: Path, database_url: str, model: FakeModel) -> None:
        """Start processes that log into *folder* and ask *model*."""
        self._folder = folder
        self._stack = ExitStack()
        self.database_url = database_url
        self.model = model
        self.processes: list[ServerProcess] = []

    def serve(self, **settings: Any) -> ServerProcess:
        """Start a server; it does no jobs unless told to."""
        return self._started(ServerProcess, {"job_concurrency": 0, **settings})

    def work(self, **settings: Any) -> ServerProcess:
        """Start a worker."""
        return self._started(WorkerProcess, settings)

    def client(self, server: ServerProcess) -> MemoryClient:
        """Return a client of a server."""
        return self._stack.enter_context(MemoryClient(server.target))

    def _started(self, kind: type[ServerProcess], settings: dict[str, Any]) -> ServerProcess:
        provider = {
            "name": "scripted",
            "base_url": self.model.base_url,
            "model": "scripted",
            **settings.pop("provider", {}),
        }
        environment = {
            "database_url": self.database_url,
            "data_dir": str(self._folder / "data"),
            "embedder": "none",
            "drain_seconds": 0,
            "extraction_provider": "scripted",
            "providers": json.dumps([provider]),
            "job_lease_seconds": LEASE_SECONDS,
            "job_tell_seconds": 0.1,
            "job_backoff_factor": 0.02,
            "consolidation_settle_seconds": 3600,
            **settings,
        }
        log = self._folder / f"{kind.__name__}{len(self.processes)}.log"
        process = kind(log, **{name: str(value) for name, value in environment.items()})
        self.processes.append(process)
        self._stack.callback(process.stop)
        # One that a test has paused could not end.
        self._stack.callback(process.process.send_signal, signal.SIGCONT)
        process.wait_until_ready()
        return process

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Return what the database's owner sees."""
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(query, parameters).fetchall()

    def lease(self, job_id: str) -> datetime:
        """Return until when a running job is its worker's, by the database's clock."""
        ((until,),) = self.rows("select lease_time from job where job_id = %s", job_id)
        assert isinstance(until, datetime)
        return until

    def close(self) -> None:
        """End all processes; none of them may have logged a traceback."""
        self._stack.close()
        for process in self.processes:
            assert "Traceback" not in process.log(), process.log()[-3000:]


@pytest.fixture(scope="session")
def jobs_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[embedded.EmbeddedPostgres]:
    """A Postgres for the processes of these tests."""
    server = embedded.start(tmp_path_factory.mktemp("jobs") / "postgres")
    yield server
    server.stop()


def lives(text: str) -> list[Fact]:
    """What the scripted model draws unless a test says otherwise: where somebody lives."""
    if "live in " not in text:
        return []
    place = text.partition("live in ")[2].partition(".")[0]
    return [told(f"The user lives in {place}.", "location", place)]


@pytest.fixture
def model() -> Iterator[FakeModel]:
    """A scripted language model."""
    with FakeModel(lives) as fake:
        yield fake


@pytest.fixture
def fleet(
    jobs_postgres: embedded.EmbeddedPostgres, model: FakeModel, tmp_path: Path
) -> Iterator[Fleet]:
    """An installation with a database of its own."""
    name = f"jobs_{uuid4().hex}"
    with psycopg.connect(jobs_postgres.owner_conninfo, autocommit=True) as connection:
        connection.execute(f"create database {name}")
    url = psycopg.conninfo.make_conninfo(jobs_postgres.owner_conninfo, dbname=name)
    running = Fleet(tmp_path, url, model)
    yield running
    running.close()
