"""A process that serves calls, and works behind them."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from contextlib import AsyncExitStack
from typing import Final

import prometheus_client

from memsvc.config import Settings
from memsvc.rpc.pacing import PacingLimits, Rate
from memsvc.rpc.server import Server, ServerSettings
from memsvc.telemetry import log
from memsvc.wiring import access
from memsvc.wiring.background import background
from memsvc.wiring.databases import wait_for_database
from memsvc.wiring.parts import Parts, assembled
from memsvc.worker import end_all

#: Where Prometheus reads unless told otherwise.
ADMIN_PORT_DEFAULT: Final = 9464
#: How long a thread that computes may keep the others waiting. Threads that embed need the interpreter
#: for a moment between texts; with Python's own 5 ms they would spend most of a bulk ingest waiting.
THREAD_SWITCH_SECONDS: Final = 0.0005


async def serve(settings: Settings) -> None:
    """Serve until a signal says to end."""
    sys.setswitchinterval(THREAD_SWITCH_SECONDS)
    signals = listen_to_signals()
    async with AsyncExitStack() as stack:
        parts, conninfo = await prepared(settings, signals, stack)
        admission = access.admission(settings, parts.access.authentication)
        if admission.authentication.is_open:
            log.warning("no_credentials", consequence="every caller is the tenant 'default'")
        server = Server(server_settings(settings), parts.services, admission, parts.database.ping)
        settle_memory()
        port = await server.start()
        async with asyncio.TaskGroup() as group:
            watching = [server.watch_readiness(), server.watch_load()]
            running = [*watching, *background(settings, parts, conninfo)]
            tasks = [group.create_task(coroutine) for coroutine in running]
            print(f"memsvc ready grpc={settings.host}:{port}", flush=True)  # ruff: ignore[print] - promised
            await _until_told_to_end(server, signals)
            await end_all(tasks)
        await parts.accesses.flush()
        await parts.access.uses.flush()
        await parts.response_cache.flush()
    log.info("stopped")


async def prepared(
    settings: Settings, signals: asyncio.Queue[signal.Signals], stack: AsyncExitStack
) -> tuple[Parts, str]:
    """Return the parts and how to connect to their database; *stack* undoes them.

    A signal ends the wait for a database that does not answer.
    """
    conninfo, stop_database = await asyncio.to_thread(
        wait_for_database, settings, lambda: not signals.empty()
    )
    stack.callback(stop_database)
    parts = await assembled(settings, conninfo, stack)
    _serve_metrics(settings)
    return parts, conninfo


def server_settings(settings: Settings) -> ServerSettings:
    """Return how the server listens and what it takes in."""
    return ServerSettings(
        host=settings.host,
        port=settings.port,
        share_port=settings.share_port,
        tls=access.tls_files(settings),
        reflection=settings.reflection,
        message_bytes_max=settings.message_bytes_max,
        calls_max=settings.calls_max,
        pacing=PacingLimits(
            running_min=settings.running_calls_min,
            running_max=settings.running_calls_max,
            slowdown_max=settings.slowdown_max,
            waiting_max=settings.waiting_calls_max,
            streams_max=settings.streams_max,
            extraction_lasts=bool(settings.extraction_provider),
        ),
        rate=lambda tenant_id: Rate(**settings.tenant_rate(tenant_id).model_dump()),
        connection_age_seconds=settings.connection_age_seconds,
        drain_seconds=settings.drain_seconds,
        grace_seconds=settings.grace_seconds,
    )


def _serve_metrics(settings: Settings) -> None:
    port = ADMIN_PORT_DEFAULT if settings.admin_port is None else settings.admin_port
    try:
        server, _ = prometheus_client.start_http_server(port, addr=settings.admin_host)
    except OSError:
        if settings.admin_port is not None:
            raise
        log.warning("admin_port_taken", port=port, consequence="no metrics from this process")
        return
    log.info("metrics", port=server.server_port)


def settle_memory() -> None:
    """Let what the start has left be looked through no more for what could be freed.

    Each full search through it would hold up all calls for a tenth of a second, again and again.
    """
    gc.collect()
    gc.freeze()


def listen_to_signals() -> asyncio.Queue[signal.Signals]:
    """Take SIGTERM and SIGINT from now on: one that comes during the start is not lost."""
    signals: asyncio.Queue[signal.Signals] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signals.put_nowait, number)
    return signals


async def _until_told_to_end(server: Server, signals: asyncio.Queue[signal.Signals]) -> None:
    """Wait for a signal and drain; a second one cuts the draining short."""
    loop = asyncio.get_running_loop()
    first = await signals.get()
    log.info("stopping", signal=first.name)
    draining = loop.create_task(server.drain(patient=first is signal.SIGTERM))
    again = loop.create_task(signals.get())
    await asyncio.wait({draining, again}, return_when=asyncio.FIRST_COMPLETED)
    if not draining.done():
        draining.cancel()
        await server.stop_now()
    again.cancel()
