"""Acceptance 19: the caller's deadline holds, down into the database."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import conninfo as connection_info

from memsvc_client import Aborted, DeadlineExceeded, MemoryClient
from tests.support.server import ServerProcess
from tests.support.texts import say
from tests.support.waiting import until


def connect(data_dir: Path) -> psycopg.Connection[Any]:
    """Return a superuser's connection to the server's database."""
    info = connection_info.make_conninfo(
        host=str(data_dir / "postgres"), user="postgres", dbname="memsvc"
    )
    return psycopg.connect(info, autocommit=True)


@pytest.fixture
def observer(server: ServerProcess, data_dir: Path) -> Iterator[psycopg.Connection[Any]]:
    """Sees what runs: outside of any transaction, since one sees activity as of its start."""
    with connect(data_dir) as connection:
        yield connection


@pytest.fixture
def holder(server: ServerProcess, data_dir: Path) -> Iterator[psycopg.Connection[Any]]:
    """Holds locks."""
    with connect(data_dir) as connection:
        yield connection


def active(observer: psycopg.Connection[Any]) -> int:
    """Return how many statements the service has running or waiting."""
    row = observer.execute(
        "select count(*) from pg_stat_activity where usename = 'memsvc_app' and state <> 'idle'"
    ).fetchone()
    return int(row[0]) if row else 0


def test_30_milliseconds_end_in_time_and_leave_nothing_running(
    client: MemoryClient,
    observer: psycopg.Connection[Any],
    holder: psycopg.Connection[Any],
    user: str,
) -> None:
    """With a lock in its way, a call of 30 ms ends DEADLINE_EXCEEDED and its statement with it."""
    memory = client.create_memory(user_id=user, content="locked").memory
    with holder.transaction():
        holder.execute("select from memory where memory_id = %s for update", (memory.memory_id,))
        memory.content = "changed"
        started = time.perf_counter()
        with pytest.raises(DeadlineExceeded):
            client.update_memory(memory=memory, timeout=0.03)
        elapsed = time.perf_counter() - started
        until(lambda: active(observer) == 0, seconds=3)

    assert elapsed < 1
    assert client.get_memory(memory_id=memory.memory_id).memory.content == "locked"


def test_a_short_deadline_gets_an_answer_or_an_end_in_time(client: MemoryClient, user: str) -> None:
    """A Recall of 30 ms is answered or ends DEADLINE_EXCEEDED, never later than a little after."""
    say(client, user, "I live in Austin.")
    for _ in range(20):
        started = time.perf_counter()
        with suppress(DeadlineExceeded):
            client.recall(user_id=user, query="where do I live?", timeout=0.03)
        assert time.perf_counter() - started < 0.5


def test_a_lock_is_not_waited_for_without_end(
    client: MemoryClient, holder: psycopg.Connection[Any], user: str
) -> None:
    """A write behind a lock gives up after the lock timeout, ABORTED, to be tried again."""
    memory = client.create_memory(user_id=user, content="locked").memory
    with holder.transaction():
        holder.execute("select from memory where memory_id = %s for update", (memory.memory_id,))
        memory.content = "changed"
        with pytest.raises(Aborted) as caught:
            client.update_memory(memory=memory, timeout=8)

    assert caught.value.reason == "WRITE_CONFLICT"
