"""A process that works and serves no calls."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from memsvc.config import Settings
from memsvc.telemetry import log
from memsvc.wiring.background import background
from memsvc.wiring.databases import wait_for_database
from memsvc.wiring.parts import assembled
from memsvc.wiring.serving import listen_to_signals, serve_metrics
from memsvc.worker import end_all


async def work(settings: Settings) -> None:
    """Do jobs until a signal says to end."""
    signals = listen_to_signals()
    async with AsyncExitStack() as stack:
        conninfo, stop_database = await asyncio.to_thread(
            wait_for_database, settings, lambda: not signals.empty()
        )
        stack.callback(stop_database)
        parts = await assembled(settings, conninfo, stack)
        serve_metrics(settings)
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(coroutine) for coroutine in background(settings, parts, conninfo)
            ]
            print("memsvc worker ready", flush=True)  # ruff: ignore[print] - promised
            log.info("stopping", signal=(await signals.get()).name)
            await end_all(tasks)
    log.info("stopped")
