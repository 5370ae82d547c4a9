"""A server under measurement, with everything that asks it and its database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import chain

import grpc
from rich.progress import Progress

from bench.corpus import Corpus
from bench.floors import Asked, Calls, DatabaseWork, active_space, asked, health_of
from bench.load import requests_of, settle, stream
from bench.progress import Steps
from bench.server import BenchServer
from bench.usage import ProcessorTime, processor_time
from memsvc.providers.embedding import Embedder
from memsvc.store.database import Database
from memsvc_client import AsyncMemoryClient, MemoryClient


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured."""

    #: Rounds that count, and rounds before them: a statement is planned anew the first five times on
    #: each of the connections, which take turns.
    rounds: int
    warm_up: int
    #: How many callers ask at once, and how many calls they make together.
    callers: int
    concurrent_calls: int


@dataclass(frozen=True, slots=True)
class Session:
    """One server, its clients, and questions that it has not seen."""

    server: BenchServer
    client: AsyncMemoryClient
    channel: grpc.aio.Channel
    database: Database
    space_id: int
    embedder: Embedder
    corpus: Corpus
    questions: Iterator[str]
    progress: Progress

    def calls(self, user_id: str) -> Calls:
        """Return what is timed over the wire for a user."""
        return Calls(self.client, health_of(self.channel), self.embedder, user_id)

    def work(self, user_id: str) -> DatabaseWork:
        """Return what is timed in the database for a user."""
        return DatabaseWork(self.database, self.server.tenant, self.space_id, user_id)

    async def asked(self, count: int) -> list[Asked]:
        """Return questions that are ready for the database."""
        return [await asked(next(self.questions), self.embedder) for _ in range(count)]

    async def fill(self, name: str, seeds: Mapping[str, int], size: int) -> float:
        """Give each user of *seeds* as many memories; return how many were stored a second."""
        requests = chain.from_iterable(
            requests_of(user, self.corpus.conversations(seed, size, with_vectors=True))
            for user, seed in seeds.items()
        )
        steps = Steps(self.progress, name, size * len(seeds))
        with MemoryClient(self.server.target, api_key=self.server.api_key) as client:
            seconds = await asyncio.to_thread(stream, client, requests, steps.advance)
        await asyncio.to_thread(settle, self.server)
        return size * len(seeds) / seconds

    async def processor_time(self, calls: Calls, count: int) -> ProcessorTime:
        """Return the processor time that one Recall takes, the mean over *count*."""
        before = processor_time(self.server)
        for _ in range(count):
            await calls.timed_recall(next(self.questions))
        return processor_time(self.server).since(before, count)


@asynccontextmanager
async def session(
    server: BenchServer, embedder: Embedder, corpus: Corpus, progress: Progress
) -> AsyncGenerator[Session]:
    """Connect to *server* and its database."""
    async with AsyncExitStack() as stack:
        # Connections take turns, and each of them has to learn the statements first.
        database = Database(server.conninfo(), connections_max=2)
        stack.push_async_callback(database.close)
        await database.open()
        client = AsyncMemoryClient(server.target, api_key=server.api_key)
        channel = grpc.aio.insecure_channel(server.target)
        yield Session(
            server=server,
            client=await stack.enter_async_context(client),
            channel=await stack.enter_async_context(channel),
            database=database,
            space_id=await active_space(database, server.tenant),
            embedder=embedder,
            corpus=corpus,
            questions=corpus.questions(),
            progress=progress,
        )
