"""Background work: pass after pass, and no failure ends it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

from memsvc.worker import Worker, end_all, keep_up


async def test_a_failed_pass_is_followed_by_the_next() -> None:
    """Whatever a pass raises, the worker goes on, and it rests only when nothing was done."""
    passes: asyncio.Queue[int] = asyncio.Queue()
    script: Iterator[int | Exception] = iter([2, ValueError("a bug"), 1, 0, 3])

    async def run_once() -> int:
        await asyncio.sleep(0)
        outcome = next(script)
        if isinstance(outcome, Exception):
            raise outcome
        passes.put_nowait(outcome)
        return outcome

    task = asyncio.create_task(Worker("test", run_once, rest_seconds=0.001).run())
    async with asyncio.timeout(5):
        done = [await passes.get() for _ in range(4)]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert done == [2, 1, 0, 3]


async def test_who_swallows_its_end_is_told_again() -> None:
    """A pass that loses its cancellation ends all the same, and so does whatever works beside it."""
    begun: asyncio.Queue[None] = asyncio.Queue()

    async def swallowing() -> int:
        begun.put_nowait(None)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return 0

    async def kept() -> None:
        await swallowing()

    runs = (Worker("test", swallowing, rest_seconds=60).run(), keep_up("test", kept))
    tasks = [asyncio.create_task(run) for run in runs]
    for _ in tasks:
        await begun.get()

    async with asyncio.timeout(10):
        await end_all(tasks)

    assert all(task.cancelled() for task in tasks)
