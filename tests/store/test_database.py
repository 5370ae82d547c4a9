"""Transactions: what a task that is cancelled in the middle of one comes to."""

from __future__ import annotations

import asyncio
from uuid import uuid4

from memsvc.core.model import Caller
from memsvc.store import jobs
from memsvc.store.database import Database

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
