"""How many messages a second get into a server, against the bare embedding of the same texts.

`python -m bench.ingest [--messages N] [--users N] [--target HOST:PORT] [--quick] [--json OUT]
[--report DIR]`. Without a target a server is started on a folder of its own. The key of a server
that wants one is read from MEMSVC_API_KEY.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

from rich.progress import Progress

from bench.command import add_destinations, carry_out
from bench.corpus import POOL, SUBJECTS, made_corpus
from bench.ingest_figures import BY_SERVER, DEFERRED, OWN, Results
from bench.ingest_report import report_of
from bench.ingest_ways import BATCH, Amounts, Ways
from bench.machine import machine
from bench.progress import quiet_progress
from bench.server import end_in_order, measured_server
from memsvc.providers.local_embedding import LocalEmbedder
from memsvc_client import MemoryClient

MESSAGES: Final = 5_000
#: So many times as many where nothing is embedded before the reply.
FASTER: Final = 4
#: So many times fewer where each message is a call.
SLOWER: Final = 10
USERS: Final = 50
#: As the server does with a stream.
WINDOW: Final = 256
WINDOWS: Final = 3
PARTS: Final = 3
_QUICK: Final = {"messages": 200, "users": 2}
_QUICK_WINDOW: Final = 32


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for."""

    amounts: Amounts
    #: Texts whose vectors are made for those of others.
    pool: int
    target: str | None
    json: Path | None
    report: Path


def run(options: Options) -> Results:
    """Measure everything and return it."""
    with (
        quiet_progress() as progress,
        _target(options) as target,
        MemoryClient(target, api_key=os.environ.get("MEMSVC_API_KEY")) as client,
        asyncio.Runner() as runner,
        _embedder(runner) as embedder,
    ):
        return _results(options, client, runner, embedder, progress)


def _results(
    options: Options,
    client: MemoryClient,
    runner: asyncio.Runner,
    embedder: LocalEmbedder,
    progress: Progress,
) -> Results:
    ways = Ways(
        client=client,
        embedder=embedder,
        runner=runner,
        corpus=runner.run(made_corpus(embedder, options.pool)),
        suffix=uuid4().hex[:12],
        amounts=options.amounts,
        progress=progress,
    )
    return Results(
        machine=machine(),
        settings={"batch": BATCH, "users": options.amounts.users},
        measured=list(ways.measured()),
    )


@contextmanager
def _target(options: Options) -> Generator[str]:
    """Give the address of the server to fill, starting one unless there is one."""
    if options.target:
        yield options.target
        return
    with (
        tempfile.TemporaryDirectory(prefix="memsvc-bench-") as folder,
        measured_server(Path(folder) / "data") as server,
    ):
        yield server.target


@contextmanager
def _embedder(runner: asyncio.Runner) -> Generator[LocalEmbedder]:
    embedder = runner.run(LocalEmbedder.load(Path(os.environ["MEMSVC_MODEL_DIR"])))
    try:
        yield embedder
    finally:
        runner.run(embedder.close())


def options_of(arguments: Sequence[str]) -> Options:
    """Return the options that the *arguments* of the command line give."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.ingest", description=__doc__, allow_abbrev=False
    )
    add = parser.add_argument
    add("--messages", type=int, default=MESSAGES, metavar="N", help="that the server embeds")
    add("--users", type=int, default=USERS, metavar="N", help="how many are many users")
    add("--target", metavar="HOST:PORT", help="a running server, instead of one of its own")
    add("--quick", action="store_true", help="little of everything, to see that it works")
    add_destinations(parser)
    quick = "--quick" in arguments
    if quick:
        parser.set_defaults(**_QUICK)
    given = parser.parse_args(arguments)
    if given.messages < SLOWER or given.users < 1:
        parser.error(f"--messages has to be at least {SLOWER}, --users at least 1")
    faster = given.messages * (1 if quick else FASTER)
    return Options(
        amounts=Amounts(
            bulk={BY_SERVER: given.messages, OWN: faster, DEFERRED: faster},
            single=given.messages // SLOWER,
            users=given.users,
            window=_QUICK_WINDOW if quick else WINDOW,
            windows=1 if quick else WINDOWS,
            parts=1 if quick else PARTS,
        ),
        pool=SUBJECTS if quick else POOL,
        target=given.target,
        json=given.json,
        report=given.report,
    )


def main(arguments: Sequence[str]) -> int:
    """Measure, report and return the exit status."""
    options = options_of(arguments)
    return carry_out(lambda: report_of(run(options)), options)


if __name__ == "__main__":
    end_in_order()
    sys.exit(main(sys.argv[1:]))
