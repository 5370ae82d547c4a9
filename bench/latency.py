"""Recall's latency against its floors, all taken in one run.

The floors: an empty RPC (health), a bare embedding, and the ranking statement alone on the same rows.
Prints a table, or JSON with --json. The ratio to look at is Recall / (embedding + bare SQL).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import grpc
import psycopg
from grpc_health.v1 import health_pb2, health_pb2_grpc
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from memsvc.core.lexical import query_terms, searchable
from memsvc.core.model import Caller, MemoryFilter
from memsvc.providers.local_embedding import LocalEmbedder
from memsvc.store import memories
from memsvc.store.database import Database
from memsvc.store.memories import Question
from memsvc_client import AsyncMemoryClient, Message

ROOT: Final = Path(__file__).resolve().parent.parent
SIZES: Final = (1_000, 10_000)
WARM_UP: Final = 10
#: Made-up sentences: a few thousand different words, so that terms are rare and common as in talk.
NAMES: Final = ("Ana", "Ben", "Chloe", "Dev", "Eli")
VERBS: Final = ("bought", "lost", "painted", "repaired", "sold", "found", "borrowed", "cleaned")
THINGS: Final = ("bicycle", "violin", "harbour", "kettle", "lantern", "garden", "notebook", "van")
QUESTIONS: Final = (
    "Who bought the bicycle in the morning?",
    "What happened to Chloe's violin?",
    "When did Dev repair the lantern?",
    "Where is the notebook that Eli found?",
)


@dataclass(frozen=True, slots=True)
class Timing:
    """How long something took, in milliseconds."""

    name: str
    p50: float
    p95: float


def sentence(number: int, source: random.Random) -> str:
    """Return a made-up sentence with a few rare words."""
    rare = f"item{source.randrange(5000)} room{source.randrange(500)}"
    return (
        f"{source.choice(NAMES)} {source.choice(VERBS)} the {source.choice(THINGS)} "
        f"with {rare} on day {number} of the long journey."
    )


@contextmanager
def running_server(folder: Path) -> Generator[str]:
    """Run a server on *folder* and yield its target."""
    environment = {**os.environ, "MEMSVC_DRAIN_SECONDS": "0", "MEMSVC_LOG_LEVEL": "warning"}
    command = [sys.executable, "-m", "memsvc", "serve", "--port", "0", "--admin-port", "0"]
    process = subprocess.Popen(
        [*command, "--data-dir", str(folder)], env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        ready = next((line for line in process.stdout or () if "memsvc ready" in line), "")
        yield ready.strip().partition("grpc=")[2]
    finally:
        process.terminate()
        process.wait()


async def fill(client: AsyncMemoryClient, user: str, size: int, progress: Progress) -> None:
    """Give *user* as many memories."""
    source = random.Random(size)
    task = progress.add_task(f"ingest {size:,}", total=size)
    for start in range(0, size, 100):
        messages = [
            Message(content=sentence(n, source), author=source.choice(NAMES))
            for n in range(start, start + 100)
        ]
        await client.ingest(
            user_id=user, conversation_id=f"c{start // 500}", messages=messages, timeout=60
        )
        progress.advance(task, 100)


async def timed(name: str, runs: int, run: Callable[[int], Awaitable[object]]) -> Timing:
    """Return how long *run* takes, a number of times one after the other."""
    for number in range(WARM_UP):
        await run(number)
    seconds = []
    for number in range(runs):
        started = time.perf_counter()
        await run(number)
        seconds.append(time.perf_counter() - started)
    cuts = statistics.quantiles(seconds, n=20)
    return Timing(name, cuts[9] * 1000, cuts[18] * 1000)


async def measure(folder: Path, target: str, runs: int, progress: Progress) -> list[Timing]:
    """Return all timings, the floors first."""
    timings = []
    async with AsyncExitStack() as stack:
        embedder = await LocalEmbedder.load(Path(os.environ["MEMSVC_MODEL_DIR"]))
        stack.push_async_callback(embedder.close)
        database = Database(f"host={folder / 'postgres'} user=memsvc_app dbname=memsvc")
        stack.push_async_callback(database.close)
        await database.open()
        client = await stack.enter_async_context(AsyncMemoryClient(target))
        channel = await stack.enter_async_context(grpc.aio.insecure_channel(target))
        for size in SIZES:
            await fill(client, f"user-{size}", size, progress)
        settle(folder)
        task = progress.add_task("measure", total=2 + 2 * len(SIZES))
        health = health_pb2_grpc.HealthStub(channel)
        runners: list[tuple[str, Callable[[int], Awaitable[object]]]] = [
            ("empty RPC", lambda _: health.Check(health_pb2.HealthCheckRequest())),
            ("bare embedding", lambda n: embedder.embed_query(question(n))),
        ]
        for name, run in runners:
            timings.append(await timed(name, runs, run))
            progress.advance(task)
        for size in SIZES:
            timings.append(await bare_sql(database, embedder, size, runs))
            progress.advance(task)
            timings.append(await recall(client, size, runs))
            progress.advance(task)
    return timings


def settle(folder: Path) -> None:
    """Give the planner its statistics now, or they would come between two measurements."""
    owner = f"host={folder / 'postgres'} user=postgres dbname=memsvc"
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("vacuum analyze")


async def recall(client: AsyncMemoryClient, size: int, runs: int) -> Timing:
    """Return how long a Recall takes over the wire."""

    async def run(number: int) -> None:
        await client.recall(user_id=f"user-{size}", query=question(number), limit=10)

    return await timed(f"Recall, {size:,} memories", runs, run)


def question(number: int) -> str:
    """Return one of the questions."""
    return QUESTIONS[number % len(QUESTIONS)]


async def bare_sql(database: Database, embedder: LocalEmbedder, size: int, runs: int) -> Timing:
    """Return how long the ranking statement takes by itself, in a transaction that stays open."""
    vectors = [await embedder.embed_query(searchable("", question(n))) for n in range(4)]
    caller = Caller("default", asyncio.get_running_loop().time() + 600)
    now = datetime.now(UTC)
    async with database.transaction(caller) as tx:

        async def run(number: int) -> None:
            asked = Question(
                user_id=f"user-{size}",
                terms=query_terms(question(number)),
                embedding=vectors[number % 4],
                space_id=1,
                semantic_weight=0.47,
                keyword_weight=0.47,
            )
            await memories.rank(tx, asked, MemoryFilter(), now=now, limit=90)

        return await timed(f"bare SQL, {size:,} memories", runs, run)


def ratios(timings: list[Timing]) -> dict[str, float]:
    """Return Recall's p50 over the sum of its floors' p50, by size."""
    p50 = {timing.name: timing.p50 for timing in timings}
    return {
        f"{size:,}": p50[f"Recall, {size:,} memories"]
        / (p50["bare embedding"] + p50[f"bare SQL, {size:,} memories"])
        for size in SIZES
    }


def report(timings: list[Timing], console: Console) -> None:
    """Print the timings for a person."""
    table = Table("", "p50 ms", "p95 ms")
    for timing in timings:
        table.add_row(timing.name, f"{timing.p50:.2f}", f"{timing.p95:.2f}")
    console.print(table)
    for size, ratio in ratios(timings).items():
        console.print(f"Recall / (embedding + bare SQL) at {size} memories: {ratio:.2f}")


def main() -> int:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    arguments = parser.parse_args()
    os.environ.setdefault("MEMSVC_MODEL_DIR", str(ROOT / "var" / "models"))
    folder = ROOT / "var" / "bench-latency"
    shutil.rmtree(folder, ignore_errors=True)
    with (
        running_server(folder) as target,
        Progress(console=Console(stderr=True), transient=True) as progress,
    ):
        timings = asyncio.run(measure(folder, target, arguments.runs, progress))
    if arguments.json:
        print(json.dumps({"ms": [asdict(t) for t in timings], "ratio": ratios(timings)}, indent=1))
    else:
        report(timings, Console())
    return 0


if __name__ == "__main__":
    sys.exit(main())
