"""What jobs and facts cost: jobs that do nothing, facts on one slot, and the conscious memory.

`python -m bench.jobs [--quick] [--json OUT] [--report DIR]`, from the repository's root.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import SystemRandom
from typing import Final
from uuid import UUID, uuid4

from rich.progress import Progress

from bench.command import add_destinations, carry_out
from bench.machine import machine
from bench.marks import Mark, marks_table
from bench.progress import Steps, quiet_progress
from bench.report import Report, Table, listed
from bench.timing import Timing, timing_of
from memsvc.core.facts import ExtractedFact
from memsvc.core.jobs import Job, JobKind, JobState
from memsvc.core.lexical import lexical_vectors
from memsvc.core.model import Caller, Memory, NewMessage, RankingWeights, Role, TemporalState
from memsvc.store import embedded, jobs, memories, migrate
from memsvc.store.database import Database
from memsvc.store.memories import NewEpisode
from memsvc.store.queue import TicketQueue
from memsvc.usecases.context import Context
from memsvc.usecases.embedding import EmbeddedTexts
from memsvc.usecases.facts import keeping
from memsvc.usecases.facts.running import JobLimits, JobRunner
from memsvc.usecases.memories.conscious import Conscious, ConsciousAsk
from memsvc.wiring.clock import new_id, utc_now

CONCURRENCY: Final = 8
LEASE_SECONDS: Final = 30.0
WRITERS: Final = 8
#: The last of this many jobs, of another tenant, is asked for; how many begin before it.
BUSY_JOBS: Final = 500
BATCH: Final = 500
START: Final = datetime(2024, 1, 1, tzinfo=UTC)
JOBS_MARK: Final = 500
TURN_MARK: Final = 2 * CONCURRENCY
CONSCIOUS_MARK_MS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured."""

    #: A second.
    queued: float
    tickets: float
    jobs: float
    #: Jobs of a busy tenant that began before the only one of a quiet tenant, asked for last.
    quiet_turn: int
    #: Facts a second by 8 writers.
    one_slot: float
    many_slots: float
    memories: int
    conscious: Timing


@dataclass(frozen=True, slots=True)
class Bench:
    """A database, and how to work on it."""

    context: Context
    conninfo: str
    progress: Progress

    def caller(self, tenant_id: str = "bench") -> Caller:
        """Return a caller with time enough."""
        return Caller(tenant_id, asyncio.get_running_loop().time() + 600)

    async def queue(self, count: int, tenant_id: str = "busy") -> None:
        """Ask for jobs, each of another user."""
        for number in range(count):
            async with self.context.database.transaction(self.caller(tenant_id)) as tx:
                await jobs.enqueue(tx, new_id(), JobKind.EXTRACT, f"user-{number}")

    async def drain(self, count: int, handle: Callable[[str, UUID], Awaitable[object]]) -> float:
        """Work until *count* tickets were handled; return the seconds that it took."""
        steps = Steps(self.progress, "jobs", count)
        left = count
        over = asyncio.Event()

        async def handled(tenant_id: str, job_id: UUID) -> None:
            nonlocal left
            await handle(tenant_id, job_id)
            left -= 1
            if not left:
                over.set()

        queue = TicketQueue(self.conninfo, concurrency=CONCURRENCY, lease_seconds=LEASE_SECONDS)
        started = time.perf_counter()
        working = asyncio.create_task(queue.work(handled, {}))
        await over.wait()
        seconds = time.perf_counter() - started
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        steps.advance(count)
        return seconds

    async def messages(self, user_id: str, count: int) -> list[Memory]:
        """Store messages of a user; return them."""
        found: list[Memory] = []
        for start in range(0, count, BATCH):
            episodes = [_episode(n) for n in range(start, min(start + BATCH, count))]
            async with self.context.database.transaction(self.caller()) as tx:
                await memories.ensure_conversation(
                    tx, user_id, "talk", project_id="", agent_id="", now=utc_now()
                )
                ids = await memories.insert_episodes(
                    tx,
                    episodes,
                    user_id=user_id,
                    conversation_id="talk",
                    project_id="",
                    agent_id="",
                    now=utc_now(),
                )
                found += (await memories.fetch(tx, sorted(ids))).values()
        return found

    async def keep(self, source: Memory, fact: ExtractedFact) -> None:
        """Keep a fact as an extraction does."""
        async with self.context.database.transaction(self.caller()) as tx:
            await keeping.lock_for(tx, source, [fact])
            await keeping.keep(tx, self.context, source, [fact], EmbeddedTexts([None]))


def _episode(number: int) -> NewEpisode:
    text = f"In week {number % 52} we planted bed {number} with beans and roses."
    said = START + timedelta(minutes=number)
    message = NewMessage(str(uuid4()), Role.USER, text, "", said, {}, None, "")
    return NewEpisode(new_id(), message, 0.5, lexical_vectors(text))


def _fact(slot: str, value: str) -> ExtractedFact:
    content = f"The user's {slot} is {value}."
    return ExtractedFact(content, "other", slot, value, TemporalState.CURRENT, 0.9)


async def _nothing(_: Caller, __: Job) -> JobState:
    await asyncio.sleep(0)
    return JobState.SUCCEEDED


async def _idle(_: str, __: UUID) -> None:
    """Do nothing with a ticket."""


async def measured_jobs(bench: Bench, count: int) -> tuple[float, float, float, int]:
    """Return jobs queued, bare tickets taken and jobs done a second, and the quiet tenant's turn."""
    chance = SystemRandom().random
    runner = JobRunner(bench.context, JobLimits(), {JobKind.EXTRACT: _nothing}, chance)
    started = time.perf_counter()
    await bench.queue(count)
    queued = count / (time.perf_counter() - started)
    done = count / await bench.drain(count, runner.run)
    await bench.queue(count, "bare")
    tickets = count / await bench.drain(count, _idle)
    order: list[str] = []

    async def noted(tenant_id: str, job_id: UUID) -> None:
        order.append(tenant_id)
        await runner.run(tenant_id, job_id)

    await bench.queue(BUSY_JOBS)
    await bench.queue(1, "quiet")
    await bench.drain(BUSY_JOBS + 1, noted)
    return queued, tickets, done, order.index("quiet")


async def measured_slots(bench: Bench, each: int, *, slots: int) -> float:
    """Return how many facts a second WRITERS writers keep on so many slots of one user."""
    user_id = f"user-{uuid4()}"
    sources = await bench.messages(user_id, WRITERS * each)
    steps = Steps(bench.progress, f"facts on {slots} slots", len(sources))
    # The place is the one slot; the others are known to nobody and hold many values.
    names = itertools.cycle(["location"] if slots == 1 else [f"slot-{n}" for n in range(slots)])
    work = [(source, _fact(next(names), f"Value {n}")) for n, source in enumerate(sources)]

    async def write(number: int) -> None:
        for source, fact in work[number::WRITERS]:
            await bench.keep(source, fact)

    started = time.perf_counter()
    await asyncio.gather(*(write(number) for number in range(WRITERS)))
    seconds = time.perf_counter() - started
    steps.advance(len(sources))
    return len(sources) / seconds


async def measured_conscious(bench: Bench, size: int, rounds: int) -> Timing:
    """Return how long Conscious takes for a user of *size* memories, in the server."""
    user_id = f"user-{uuid4()}"
    sources = await bench.messages(user_id, size)
    for number, source in enumerate(sources[:100]):
        await bench.keep(source, _fact(f"slot-{number}", f"Value {number}"))
    conscious = Conscious(bench.context)
    ask = ConsciousAsk(user_id, 20, [], 0)
    seconds = []
    steps = Steps(bench.progress, "Conscious", rounds)
    for _ in range(rounds + 10):
        started = time.perf_counter()
        await conscious(bench.caller(), ask)
        seconds.append(time.perf_counter() - started)
    steps.advance(rounds)
    return timing_of(seconds[10:])


async def measured(conninfo: str, progress: Progress, *, quick: bool) -> Figures:
    """Return all figures."""
    database = Database(conninfo)
    await database.open()
    context = Context(database, utc_now, new_id, b"0" * 32, lambda _: RankingWeights(), 5000)
    bench = Bench(context, conninfo, progress)
    try:
        queued, tickets, done, turn = await measured_jobs(bench, 500 if quick else 3000)
        size = 1000 if quick else 10_000
        return Figures(
            queued,
            tickets,
            done,
            turn,
            await measured_slots(bench, 60, slots=1),
            await measured_slots(bench, 60, slots=1000),
            size,
            await measured_conscious(bench, size, 50 if quick else 300),
        )
    finally:
        await database.close()


def report_of(figures: Figures) -> Report:
    """Return what is shown of *figures*."""
    rows = (
        ("jobs asked for, each in a transaction", f"{figures.queued:,.0f}/s"),
        ("bare tickets of the queue's library, taken and dropped", f"{figures.tickets:,.0f}/s"),
        ("jobs that do nothing: begun, ended, ticket dropped", f"{figures.jobs:,.0f}/s"),
        ("the same, as a share of bare tickets", f"{figures.jobs / figures.tickets:.2f}"),
        (
            f"jobs of a busy tenant's {BUSY_JOBS} before a quiet one's only",
            f"{figures.quiet_turn}",
        ),
        (f"facts kept by {WRITERS} writers on one slot", f"{figures.one_slot:,.0f}/s"),
        (f"facts kept by {WRITERS} writers on 1,000 slots", f"{figures.many_slots:,.0f}/s"),
        (f"Conscious of {figures.memories:,} memories, p50", f"{figures.conscious.p50:.2f} ms"),
        (f"Conscious of {figures.memories:,} memories, p95", f"{figures.conscious.p95:.2f} ms"),
    )
    marks = [
        Mark("jobs a second", figures.jobs, JOBS_MARK, at_least=True),
        Mark("jobs before a quiet tenant's", figures.quiet_turn, TURN_MARK),
        Mark("Conscious p95", figures.conscious.p95, CONSCIOUS_MARK_MS, unit=" ms"),
    ]
    values = {
        "machine": machine(),
        "figures": {**asdict(figures), "conscious": asdict(figures.conscious)},
        "marks": [mark.as_json() for mark in marks],
    }
    introduction = (
        f"Measured on {listed(machine())}; {CONCURRENCY} jobs at a time, in one process.",
    )
    tables = (Table("Jobs and facts", ("", "figure"), rows), marks_table(marks))
    return Report("jobs", "Jobs and facts", values, introduction, tables)


def run(*, quick: bool) -> Report:
    """Measure on a database of its own, and return what is shown."""
    with tempfile.TemporaryDirectory() as folder, quiet_progress() as progress:
        server = embedded.start(Path(folder) / "postgres")
        try:
            owner = server.owner_conninfo
            conninfo = migrate.prepare(owner, owner, passwordless=True)
            return report_of(asyncio.run(measured(conninfo, progress, quick=quick)))
        finally:
            server.stop()


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.jobs", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds, to see that it works")
    add_destinations(parser)
    given = parser.parse_args()
    return carry_out(lambda: run(quick=given.quick), given)


if __name__ == "__main__":
    sys.exit(main())
