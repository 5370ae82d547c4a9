"""Transactions: what becomes of one whose task is cancelled, or whose process is paused, in the middle."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import psycopg
import pytest

from memsvc.core.model import Caller
from memsvc.store import conversations, embedded, jobs, memories
from memsvc.store.database import Database
from memsvc.wiring.clock import utc_now

#: Tasks at a time, more than there are connections, so that some wait for one.
TASKS = 4
#: At how many moments they are cancelled, each a step of the event loop later than the one before.
MOMENTS = 300


async def test_a_cancellation_is_never_lost(conninfo: str, caller: Caller) -> None:
    """At whatever moment a task is cancelled, it ends as cancelled or has done all its work before."""
    database = Database(conninfo, connections_max=2)
    await database.open()

    async def work() -> None:
        for _ in range(3):
            async with database.transaction(caller) as tx:
                await jobs.messages(tx, uuid4(), limit=1)

    ended: list[object] = []
    for moment in range(MOMENTS):
        tasks = [asyncio.create_task(work()) for _ in range(TASKS)]
        for _ in range(moment):
            await asyncio.sleep(0)
        cancelled = [task for task in tasks if task.cancel()]
        await asyncio.wait(tasks)
        ended += [repr(task) for task in cancelled if not task.cancelled()]
    await database.close()
    assert ended == []


async def test_nothing_is_committed_after_a_cancellation(conninfo: str, caller: Caller) -> None:
    """A transaction of a task that was cancelled before its last statement leaves nothing behind."""
    database = Database(conninfo, connections_max=2)
    await database.open()
    through: set[str] = set()

    async def work(name: str) -> None:
        async with database.transaction(caller) as tx:
            await memories.ensure_conversation(
                tx, "u", name, project_id="", agent_id="", now=utc_now()
            )
            await jobs.messages(tx, uuid4(), limit=1)
            through.add(name)

    early: list[str] = []
    for moment in range(MOMENTS):
        names = [f"{moment}-{number}" for number in range(TASKS)]
        tasks = {name: asyncio.create_task(work(name)) for name in names}
        for _ in range(moment):
            await asyncio.sleep(0)
        early += [name for name, task in tasks.items() if name not in through and task.cancel()]
        await asyncio.wait(tasks.values())
    async with database.transaction(caller) as tx:
        left = [name for name in early if await conversations.hold(tx, "u", name)]
    await database.close()
    assert early
    assert left == []


@pytest.mark.parametrize("kind", ["overview", "upkeep"])
async def test_a_workers_transaction_counts_as_idle_while_nothing_comes(
    database: Database, postgres: embedded.EmbeddedPostgres, kind: str
) -> None:
    """Postgres ends it when its process was paused, and with it the locks that others wait for."""
    begun = database.overview() if kind == "overview" else database.upkeep("tenant")
    async with begun as tx:
        assert await jobs.try_sweeper_lock(tx)
        with psycopg.connect(postgres.owner_conninfo, autocommit=True) as owner:
            seen = owner.execute(
                "select state from pg_stat_activity where pid = %s",
                [tx.connection.info.backend_pid],
            ).fetchone()

    assert seen == ("idle in transaction",)
