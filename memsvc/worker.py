"""The other front door: work that no caller waits for, done in small passes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Final

from memsvc.telemetry import log

#: How long to rest after a pass that found nothing to do, in seconds.
REST_SECONDS: Final = 1.0
#: How long a task that was told to end is waited for before it is told again, in seconds.
END_SECONDS: Final = 0.25


class Worker:
    """Runs one kind of pass again and again until cancelled."""

    def __init__(
        self,
        name: str,
        run_once: Callable[[], Awaitable[int]],
        *,
        rest_seconds: float = REST_SECONDS,
    ) -> None:
        """Call *run_once*, which returns how many things it did; *name* it in the log."""
        self._name = name
        self._run_once = run_once
        self._rest_seconds = rest_seconds

    async def run(self) -> None:
        """Work while there is work, rest while there is none or the database is away."""
        while True:
            try:
                done = await self._run_once()
            except Exception as error:  # ruff: ignore[blind-except] - the border: a failed pass must not end the server
                log.warning("worker_pass_failed", worker=self._name, error=type(error).__name__)
                done = 0
            if done:
                log.info("worker_pass", worker=self._name, done=done)
            else:
                await asyncio.sleep(self._rest_seconds)


async def keep_up(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Call *work*, which goes on until cancelled, and again whenever it fails; *name* it in the log."""
    while True:
        try:
            await work()
        except Exception as error:  # ruff: ignore[blind-except] - the border: a database that went away must not end the server
            log.warning("worker_failed", worker=name, error=type(error).__name__)
        await asyncio.sleep(REST_SECONDS)


async def end_all(tasks: Collection[asyncio.Task[None]]) -> None:
    """Cancel *tasks* until all of them have ended.

    Once is not enough: the queue's library talks to the database by itself, and a cancellation that comes
    meanwhile is sometimes lost in the driver.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=END_SECONDS)
