"""Recall's latency against its floors, all taken in one run.

`python -m bench.latency [--sizes N,N] [--users N] [--users-size N] [--runs N] [--callers N]
[--quick] [--json OUT] [--report DIR]`. The floors: an empty RPC, the bare embedding of a question,
and the bare SQL that compares all vectors of a user. The heart of the report are the ratios to them:
figures in ms are those of a machine, ratios are the service's own.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from rich.progress import Progress

from bench.authentication import measure_authentication
from bench.command import add_destinations, carry_out
from bench.corpus import CONVERSATION_MESSAGES, POOL, SUBJECTS, WORDS, Corpus, made_corpus
from bench.latency_figures import CrowdFigures, Results
from bench.latency_report import report_of
from bench.machine import machine, postgres_versions
from bench.probes import (
    measure_crowd,
    measure_hostile,
    measure_prefilter,
    measure_size,
    user_names,
)
from bench.progress import quiet_progress
from bench.server import BenchServer, end_in_order, measured_server
from bench.session import Effort, Session, session
from memsvc.providers.embedding import Embedder
from memsvc.providers.local_embedding import LocalEmbedder

SIZES: Final = (100, 1_000, 10_000, 100_000)
USERS: Final = 200
USERS_SIZE: Final = 1_000
CALLERS: Final = 16
ROUNDS: Final = 200
WARM_UP: Final = 20
#: How many calls each of the callers makes.
CALLS_EACH: Final = 40
#: With how many memories strange queries are asked, if there is such a user.
HOSTILE_SIZE: Final = 10_000
_QUICK: Final = {"sizes": (100, 300), "users": 3, "users_size": 50, "runs": 10}
_QUICK_WARM_UP: Final = 6
_QUICK_CALLS_EACH: Final = 2
#: Far from the sizes, which seed their users' memories.
_CROWD_SEED: Final = 1_000_000_007


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for."""

    sizes: tuple[int, ...]
    users: int
    users_size: int
    effort: Effort
    #: Texts whose vectors are made.
    pool: int
    json: Path | None
    report: Path


@dataclass(frozen=True, slots=True)
class Bench:
    """What all measurements of a run share."""

    options: Options
    embedder: Embedder
    corpus: Corpus
    progress: Progress

    async def measure(self, server: BenchServer, other: BenchServer) -> Results:
        """Measure *server*, and for a user alone in a database *other*, which may be the same."""
        options = self.options
        async with AsyncExitStack() as stack:
            on = await stack.enter_async_context(self._session(server))
            alone = await stack.enter_async_context(self._session(other))
            users = {size: f"user-{size}" for size in options.sizes}
            loaded = {
                f"one user, {size:,}": await on.fill(f"filling {size:,}", {user: size}, size)
                for size, user in users.items()
            }
            sizes = [await measure_size(on, u, size, options.effort) for size, u in users.items()]
            largest = max(options.sizes)
            prefilter = await measure_prefilter(on, users[largest], largest, options.effort)
            hostile = await measure_hostile(on, users.get(HOSTILE_SIZE, users[largest]))
            authentication = await measure_authentication(
                on, users[min(options.sizes)], options.effort
            )
            crowd = await self._crowd(alone, on, loaded)
        return Results(
            machine={**machine(), **postgres_versions(server)},
            settings={
                **asdict(options.effort),
                "words": WORDS,
                "subjects": SUBJECTS,
                "conversation": CONVERSATION_MESSAGES,
            },
            sizes=sizes,
            crowd=crowd,
            prefilter=prefilter,
            hostile=hostile,
            authentication=authentication,
            loaded=loaded,
        )

    def _session(self, server: BenchServer) -> AbstractAsyncContextManager[Session]:
        return session(server, self.embedder, self.corpus, self.progress)

    async def _crowd(self, alone: Session, on: Session, loaded: dict[str, float]) -> CrowdFigures:
        count, size = self.options.users, self.options.users_size
        users = list(user_names(count))
        seeds = {user: _CROWD_SEED + number for number, user in enumerate(users)}
        if alone.server != on.server:
            await alone.fill(f"filling {size:,}", {users[0]: seeds[users[0]]}, size)
        loaded[f"{count:,} users, {size:,} each"] = await on.fill("filling many", seeds, size)
        return await measure_crowd(alone, on, users, size, self.options.effort)


async def run(options: Options, folder: Path) -> Results:
    """Start what is measured in *folder*, and measure it."""
    with (
        quiet_progress() as progress,
        measured_server(folder / "many") as server,
        measured_server(folder / "one") as other,
    ):
        embedder = await LocalEmbedder.load(Path(os.environ["MEMSVC_MODEL_DIR"]))
        try:
            corpus = await made_corpus(embedder, options.pool)
            return await Bench(options, embedder, corpus, progress).measure(server, other)
        finally:
            await embedder.close()


def options_of(arguments: Sequence[str]) -> Options:
    """Return the options that the *arguments* of the command line give."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.latency", description=__doc__, allow_abbrev=False
    )
    add = parser.add_argument
    add("--sizes", type=_sizes, default=SIZES, metavar="N,N", help="memories of one user")
    add("--users", type=int, default=USERS, metavar="N", help="users in one database")
    add("--users-size", type=int, default=USERS_SIZE, metavar="N", help="memories of each of them")
    add("--runs", type=int, default=ROUNDS, metavar="N", help="how often everything is timed")
    add("--callers", type=int, default=CALLERS, metavar="N", help="how many ask at once")
    add("--quick", action="store_true", help="little of everything, to see that it works")
    add_destinations(parser)
    quick = "--quick" in arguments
    if quick:
        parser.set_defaults(**_QUICK)
    given = parser.parse_args(arguments)
    least = min(*given.sizes, given.users, given.users_size, given.runs, given.callers)
    if least < 1:
        parser.error("every number has to be at least 1")
    effort = Effort(
        rounds=given.runs,
        warm_up=_QUICK_WARM_UP if quick else WARM_UP,
        callers=given.callers,
        concurrent_calls=given.callers * (_QUICK_CALLS_EACH if quick else CALLS_EACH),
    )
    return Options(
        sizes=given.sizes,
        users=given.users,
        users_size=given.users_size,
        effort=effort,
        pool=SUBJECTS if quick else POOL,
        json=given.json,
        report=given.report,
    )


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(sorted({int(each) for each in text.split(",")}))


def measured(options: Options) -> Results:
    """Return what is measured on a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="memsvc-bench-") as folder:
        return asyncio.run(run(options, Path(folder)))


def main(arguments: Sequence[str]) -> int:
    """Measure, report and return the exit status."""
    options = options_of(arguments)
    return carry_out(lambda: report_of(measured(options)), options)


if __name__ == "__main__":
    end_in_order()
    sys.exit(main(sys.argv[1:]))
