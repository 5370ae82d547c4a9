"""The composition root: everything is built here, and undone in reverse."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Final
from uuid import UUID

import prometheus_client
import uuid_utils.compat

from memsvc.config import Settings
from memsvc.core.errors import StorageUnavailable
from memsvc.providers.embedding import Embedder, EmbeddingUnavailable
from memsvc.providers.local_embedding import LocalEmbedder
from memsvc.providers.openai_embedding import OpenAIEmbedder
from memsvc.rpc.credentials import CredentialPolicy
from memsvc.rpc.memory_service import UseCases
from memsvc.rpc.server import Server, ServerSettings
from memsvc.store import embedded, migrate, replies
from memsvc.store.database import Database
from memsvc.telemetry import log
from memsvc.usecases.admin.server_info import ServerInfo
from memsvc.usecases.admin.upkeep import Upkeep
from memsvc.usecases.context import Context
from memsvc.usecases.embedding import Embedding
from memsvc.usecases.memories.conscious import Conscious
from memsvc.usecases.memories.evaluate import Evaluate
from memsvc.usecases.memories.ingest import Ingest
from memsvc.usecases.memories.ingest_stream import IngestStream
from memsvc.usecases.memories.read_memories import ReadMemories
from memsvc.usecases.memories.recall import Recall
from memsvc.usecases.memories.search import Search
from memsvc.usecases.memories.write_memories import WriteMemories
from memsvc.worker import Worker

#: Where Prometheus reads unless told otherwise.
ADMIN_PORT_DEFAULT: Final = 9464
_RETRY_SECONDS: Final = 1.0
#: How long a thread that computes may keep the others waiting. Threads that embed need the interpreter
#: for a moment between texts; with Python's own 5 ms they would spend most of a bulk ingest waiting.
THREAD_SWITCH_SECONDS: Final = 0.0005


def utc_now() -> datetime:
    """Return the present; the one clock of the service."""
    return datetime.now(UTC)


def new_id() -> UUID:
    """Return a time-ordered UUID (version 7)."""
    return uuid_utils.compat.uuid7()


def prepare_database(settings: Settings) -> tuple[str, Callable[[], None]]:
    """Return how to connect, the schema being up to date, and what to call at the end.

    Starts the embedded Postgres if no other one is configured. Raises DatabaseUnusable and
    StorageUnavailable.
    """
    if settings.database_url is None:
        server = embedded.start(
            settings.data_dir / "postgres", version=settings.embedded_postgres_version
        )
        owner = server.owner_conninfo
        return migrate.prepare(owner, owner, passwordless=True), server.stop
    application = settings.database_url.get_secret_value()
    owner = application
    if settings.migrate_database_url is not None:
        owner = settings.migrate_database_url.get_secret_value()
    return migrate.prepare(owner, application), lambda: None


def wait_for_database(
    settings: Settings, told_to_end: Callable[[], bool]
) -> tuple[str, Callable[[], None]]:
    """Do as prepare_database, as often and as long as the settings say, or until told to end."""
    give_up = time.monotonic() + settings.database_wait_seconds
    while True:
        try:
            return prepare_database(settings)
        except StorageUnavailable:
            if time.monotonic() > give_up or told_to_end():
                raise
            log.warning("waiting_for_database")
            time.sleep(_RETRY_SECONDS)


def embedder_loader(settings: Settings) -> Callable[[], Awaitable[Embedder]]:
    """Return what makes the configured embedder."""
    match settings.embedder:
        case "local":
            return partial(
                LocalEmbedder.load,
                settings.model_dir or settings.data_dir / "models",
                threads=settings.embedding_threads,
            )
        case "openai":
            return partial(_load_openai, settings)
        case "none":
            return NoEmbedder.load


async def _load_openai(settings: Settings) -> Embedder:
    return await OpenAIEmbedder.load(
        settings.embedding_base_url,
        settings.api_key(),
        settings.embedding_model,
        dimension=settings.embedding_dimension,
        timeout=settings.embedding_timeout_seconds,
    )


class NoEmbedder:
    """Loads nothing: the service ranks by words only."""

    @staticmethod
    async def load() -> Embedder:
        """Raise EmbeddingUnavailable."""
        await asyncio.sleep(0)
        message = "no embedder is configured"
        raise EmbeddingUnavailable(message)


def build_usecases(context: Context, embedding: Embedding) -> UseCases:
    """Return the use cases."""
    ingest = Ingest(context, embedding)
    recall = Recall(context, embedding)
    return UseCases(
        ingest=ingest,
        ingest_stream=IngestStream(ingest),
        recall=recall,
        evaluate=Evaluate(context, recall),
        search=Search(context, embedding),
        conscious=Conscious(context),
        read=ReadMemories(context),
        write=WriteMemories(context, embedding),
        server_info=ServerInfo(embedding),
    )


async def serve(settings: Settings) -> None:
    """Serve until a signal says to end."""
    sys.setswitchinterval(THREAD_SWITCH_SECONDS)
    signals = _listen_to_signals()
    async with AsyncExitStack() as stack:
        conninfo, stop_database = await asyncio.to_thread(
            wait_for_database, settings, lambda: not signals.empty()
        )
        stack.callback(stop_database)
        database = Database(conninfo, connections_max=settings.database_connections)
        stack.push_async_callback(database.close)
        await database.open()
        async with database.overview() as tx:
            secret_key = await replies.secret_key(tx, now=utc_now())
        context = Context(
            database,
            utc_now,
            new_id,
            secret_key,
            lru_cache(settings.ranking_weights),
            settings.exact_memories_max,
        )
        embedding = Embedding(context, embedder_loader(settings))
        stack.push_async_callback(embedding.close)
        await embedding.connect()
        _serve_metrics(settings)
        credentials = CredentialPolicy(settings.credentials(), settings.tenant_header)
        if credentials.is_open:
            log.warning("no_credentials", consequence="every caller is the tenant 'default'")
        server = Server(
            _server_settings(settings),
            build_usecases(context, embedding),
            credentials,
            database.ping,
        )
        upkeep = Upkeep(context)
        port = await server.start()
        async with asyncio.TaskGroup() as background:
            tasks = [
                background.create_task(server.watch_readiness()),
                background.create_task(Worker("fill_in", embedding.fill_in).run()),
                background.create_task(
                    Worker("sweep_replies", upkeep.sweep_replies, rest_seconds=60).run()
                ),
            ]
            print(f"memsvc ready grpc={settings.host}:{port}", flush=True)  # ruff: ignore[print] - promised
            await _until_told_to_end(server, signals)
            for task in tasks:
                task.cancel()
    log.info("stopped")


def _server_settings(settings: Settings) -> ServerSettings:
    return ServerSettings(
        host=settings.host,
        port=settings.port,
        share_port=settings.share_port,
        reflection=settings.reflection,
        message_bytes_max=settings.message_bytes_max,
        calls_max=settings.calls_max,
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


def _listen_to_signals() -> asyncio.Queue[signal.Signals]:
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
