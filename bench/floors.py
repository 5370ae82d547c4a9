"""The least that a Recall has to do, and what its database work takes, timed one by one.

The floors: an empty RPC (the health check), the bare embedding of a question, and the bare ranking
statement: all vectors of the user compared, the hundred closest named. Beside them stands the
database's part of a Recall: its statements, in its transaction, without the ranking between them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from memsvc.config import Settings
from memsvc.core import ranking
from memsvc.core.lexical import query_terms
from memsvc.core.model import Caller, Candidates, MemoryFilter, RankingWeights, Vector
from memsvc.core.named_time import named_time
from memsvc.providers.embedding import Embedder
from memsvc.store import candidates, memories
from memsvc.store.candidates import Search
from memsvc.store.database import Database, Transaction
from memsvc.usecases.memories.recall import ARM_FACTOR, ARM_MIN, SPARE_MIN
from memsvc_client import AsyncMemoryClient

#: How many results a Recall is asked for.
LIMIT: Final = 5
#: Up to how many memories the server compares all vectors, unless told otherwise.
EXACT_MAX: Final = int(Settings.model_fields["exact_memories_max"].default)
BARE_SQL: Final = """
select memory_embedding.memory_id
from memory_embedding
where memory_embedding.tenant_id = %(tenant_id)s
    and memory_embedding.user_id = %(user_id)s
    and memory_embedding.space_id = %(space_id)s
order by memory_embedding.embedding <#> %(embedding)b::vector
limit 100
"""
_SECONDS: Final = 60.0

EMPTY: Final = "empty RPC"
EMBEDDING: Final = "bare embedding"
SQL_STATEMENT: Final = "bare SQL, statement"
SQL_TRANSACTION: Final = "bare SQL, transaction"
DATABASE_STATEMENT: Final = "database, statements"
DATABASE_TRANSACTION: Final = "database, transaction"
RANKING: Final = "ranking in between"
RECALL: Final = "Recall"
CACHED: Final = "Recall, asked before"

Seconds = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with all that is made of it before the database is asked."""

    text: str
    vector: Vector
    question: ranking.Question

    def search(self, user_id: str, space_id: int, *, limit: int, exact_max: int) -> Search:
        """Return what candidates are gathered by for *limit* results, as Recall does."""
        return Search(
            user_id=user_id,
            terms=query_terms(self.text),
            embedding=self.vector,
            space_id=space_id,
            arm=max(ARM_MIN, ARM_FACTOR * limit),
            exact_max=exact_max,
        )


async def asked(text: str, embedder: Embedder) -> Asked:
    """Return a question that is ready for the database."""
    now = datetime.now(UTC)
    vector = await embedder.embed_query(text)
    question = ranking.Question(text, named_time(text, now), now, RankingWeights())
    return Asked(text, vector, question)


@dataclass(frozen=True, slots=True)
class Calls:
    """What is timed over the wire."""

    client: AsyncMemoryClient
    health: health_pb2_grpc.HealthStub
    embedder: Embedder
    user_id: str

    async def empty(self, _: Asked) -> Seconds:
        """Time an RPC that does nothing."""
        started = time.perf_counter()
        await self.health.Check(health_pb2.HealthCheckRequest())
        return {EMPTY: time.perf_counter() - started}

    async def embedding(self, item: Asked) -> Seconds:
        """Time the embedding of the question, in this process."""
        started = time.perf_counter()
        await self.embedder.embed_query(item.text)
        return {EMBEDDING: time.perf_counter() - started}

    async def recall(self, item: Asked) -> Seconds:
        """Time a Recall of a question that the server has not seen."""
        return {RECALL: await self.timed_recall(item.text)}

    async def cached(self, _: Asked) -> Seconds:
        """Time a Recall of a question whose vector the server has kept."""
        return {CACHED: await self.timed_recall("What did Ana say about the old garden?")}

    async def timed_recall(self, text: str) -> float:
        """Return the seconds of a Recall."""
        started = time.perf_counter()
        await self.client.recall(user_id=self.user_id, query=text, limit=LIMIT)
        return time.perf_counter() - started


@dataclass(frozen=True, slots=True)
class DatabaseWork:
    """What is timed in the database, as the role that the service works as."""

    database: Database
    tenant: str
    space_id: int
    user_id: str

    async def bare_transaction(self, item: Asked) -> Seconds:
        """Time a transaction of the service's shape around the bare statement."""
        started = time.perf_counter()
        async with self.transaction() as tx:
            await self._bare(tx, item)
        return {SQL_TRANSACTION: time.perf_counter() - started}

    async def bare_statement(self, item: Asked) -> Seconds:
        """Time the bare statement alone."""
        async with self.transaction() as tx:
            await _answered(tx)
            started = time.perf_counter()
            await self._bare(tx, item)
            return {SQL_STATEMENT: time.perf_counter() - started}

    async def recall_transaction(self, item: Asked) -> Seconds:
        """Time the transaction of a Recall without the ranking in it."""
        started = time.perf_counter()
        async with self.transaction() as tx:
            between = await self._recall(tx, item)
        return {DATABASE_TRANSACTION: time.perf_counter() - started - between, RANKING: between}

    async def recall_statements(self, item: Asked) -> Seconds:
        """Time the statements of a Recall alone."""
        async with self.transaction() as tx:
            await _answered(tx)
            started = time.perf_counter()
            between = await self._recall(tx, item)
            return {DATABASE_STATEMENT: time.perf_counter() - started - between}

    async def gathered(self, item: Asked, *, limit: int, exact_max: int) -> Candidates:
        """Return the candidates of a question."""
        search = item.search(self.user_id, self.space_id, limit=limit, exact_max=exact_max)
        async with self.transaction() as tx:
            return await candidates.gather(tx, search, MemoryFilter(), now=item.question.now)

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Transaction]:
        """Open a transaction as the service does for a call."""
        caller = Caller(self.tenant, asyncio.get_running_loop().time() + _SECONDS)
        async with self.database.transaction(caller) as tx:
            yield tx

    async def _bare(self, tx: Transaction, item: Asked) -> None:
        parameters = {
            "tenant_id": self.tenant,
            "user_id": self.user_id,
            "space_id": self.space_id,
            "embedding": item.vector,
        }
        async with tx.connection.cursor(binary=True) as cursor:
            await cursor.execute(BARE_SQL, parameters)
            await cursor.fetchall()

    async def _recall(self, tx: Transaction, item: Asked) -> float:
        """Run what a Recall runs in the database; return the seconds of the ranking in between."""
        search = item.search(self.user_id, self.space_id, limit=LIMIT, exact_max=EXACT_MAX)
        found = await candidates.gather(tx, search, MemoryFilter(), now=item.question.now)
        started = time.perf_counter()
        best = ranking.rank(found, item.question).part(0, LIMIT + SPARE_MIN)
        between = time.perf_counter() - started
        await memories.fetch(tx, [entry.memory_id for entry in best])
        return between


async def active_space(database: Database, tenant: str) -> int:
    """Return the number of the space that the server embeds in."""
    caller = Caller(tenant, asyncio.get_running_loop().time() + _SECONDS)
    async with database.transaction(caller) as tx:
        rows = await tx.mapped("get_active_space", dict)
    return int(rows[0]["space_id"])


async def _answered(tx: Transaction) -> None:
    """Wait until everything that was sent before is done: statements are sent without waiting."""
    await tx.mapped("ping", dict)


def health_of(channel: grpc.aio.Channel) -> health_pb2_grpc.HealthStub:
    """Return the health service behind *channel*."""
    return health_pb2_grpc.HealthStub(channel)
