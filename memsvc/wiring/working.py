"""A process that works and serves no calls."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from memsvc.config import Settings
from memsvc.telemetry import log
from memsvc.wiring.background import background
from memsvc.wiring.serving import listen_to_signals, prepared
from memsvc.worker import end_all


async def work(settings: Settings) -> None:
    """Do jobs until a signal says to end."""
    signals = listen_to_signals()
    async with AsyncExitStack() as stack:
        parts, conninfo = await prepared(settings, signals, stack)
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(coroutine) for coroutine in background(settings, parts, conninfo)
            ]
            print("memsvc worker ready", flush=True)  # ruff: ignore[print] - promised
            log.info("stopping", signal=(await signals.get()).name)
            await end_all(tasks)
    log.info("stopped")
