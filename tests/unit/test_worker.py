"""Background work: pass after pass, and no failure ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from memsvc.worker import Worker


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
