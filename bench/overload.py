"""What becomes of calls when more come than can be served, and of one tenant beside a greedy one.

`python -m bench.overload [--quick] [--json OUT] [--report DIR]`, from the repository's root. The peak is
what the same server answers in the same run with as many callers as serve it best. The floor of an
overload is what it still answers while a bare gRPC server on the same machine refuses as many calls as
the overload has too many: callers and refusals take the processor too, whoever refuses.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import random
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import starmap
from pathlib import Path
from typing import Any, Final

from rich.progress import Progress

from bench.callers import USERS, sentence
from bench.command import add_destinations, carry_out
from bench.load import requests_of, settle, stream
from bench.machine import machine
from bench.marks import Mark, marks_table
from bench.progress import Steps, quiet_progress
from bench.report import Report, Table, listed
from bench.server import BenchFailed, BenchServer, end_in_order, measured_server
from bench.timing import Timing, timing_of
from memsvc_client import MemoryClient, Message

KEYS: Final = {"polite": "polite-key-of-the-bench", "greedy": "greedy-key-of-the-bench"}
CALLERS: Final = (1, 2, 4, 8, 16)
OVERLOAD: Final = 5.0
#: The polite tenant asks for this share of the peak, the greedy one for so many times as much.
POLITE_SHARE: Final = 0.2
GREED: Final = 20.0
GOODPUT_MARK: Final = 0.8
SLOWDOWN_MARK: Final = 2.0
REFUSAL_MARK_MS: Final = 5.0
POLITE_MARK: Final = 1.2


@dataclass(frozen=True, slots=True)
class Effort:
    """How long is measured, in seconds, and how many memories each user has."""

    step: float
    overload: float
    memories: int


FULL: Final = Effort(6.0, 60.0, 300)
QUICK: Final = Effort(1.5, 8.0, 20)


@dataclass(frozen=True, slots=True)
class Load:
    """How a load ended."""

    per_second: float
    answered: Timing
    refused: Timing | None
    refused_share: float
    failed: dict[str, int]


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured."""

    idle: Timing
    #: Answers a second, by the number of callers.
    answers: dict[int, float]
    #: Answers a second beside a bare server that refuses, and how long its refusals take.
    floor: float
    floor_refused: Timing
    overload: Load
    polite_alone: Load
    polite_beside: Load
    greedy: Load

    @property
    def peak(self) -> float:
        """The most answers a second."""
        return max(self.answers.values())


async def called(target: str, key: str, *options: str) -> dict[str, Any]:
    """Let callers of a process of their own ask; return how their calls ended."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.callers", target, key, *options, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    if process.returncode:
        message = "the callers failed"
        raise BenchFailed(message)
    ends: dict[str, Any] = json.loads(output)
    return ends


async def load(target: str, key: str, *options: str) -> Load:
    """Let callers ask; raise BenchFailed if nobody is answered."""
    ends = await called(target, key, *options)
    answered, refused = ends["answered"], ends["refused"]
    if not answered:
        message = f"nothing was answered: {ends['failed']}, {len(refused)} refused"
        raise BenchFailed(message)
    return Load(
        len(answered) / ends["seconds"],
        timing_of(answered),
        timing_of(refused) if refused else None,
        len(refused) / (len(answered) + len(refused)),
        ends["failed"],
    )


async def floor_of(server: BenchServer, rate: float, *options: str) -> tuple[float, Timing]:
    """Return what is answered while a bare server refuses *rate* calls a second, and how long that takes."""
    refuser = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.refuser",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    if refuser.stdout is None:
        message = "the bare server did not start"
        raise BenchFailed(message)
    port = int(await refuser.stdout.readline())
    key = KEYS["greedy"]
    answered, ends = await asyncio.gather(
        load(server.target, key, "--callers", str(CALLERS[2]), *options),
        called(f"127.0.0.1:{port}", key, "--rate", f"{rate:.1f}", *options),
    )
    await refuser.communicate(b"")
    return answered.per_second, timing_of(ends["refused"])


async def measured(server: BenchServer, effort: Effort, progress: Progress) -> Figures:
    """Measure *server*."""
    steps = Steps(progress, "loads", len(CALLERS) + 4)
    greedy = KEYS["greedy"]
    loads: dict[int, Load] = {}
    for callers in CALLERS:
        options = ("--callers", str(callers), "--seconds", str(effort.step))
        loads[callers] = await load(server.target, greedy, *options)
        steps.advance(1)
    answers = {callers: one.per_second for callers, one in loads.items()}
    peak = max(answers.values())
    long = ("--seconds", str(effort.overload))
    floor, floor_refused = await floor_of(server, peak * (OVERLOAD - 1), *long)
    steps.advance(1)
    overload = await load(server.target, greedy, "--rate", f"{peak * OVERLOAD:.1f}", *long)
    steps.advance(1)
    neighbours = await neighbours_of(server, peak * POLITE_SHARE, *long)
    steps.advance(2)
    return Figures(loads[1].answered, answers, floor, floor_refused, overload, *neighbours)


async def neighbours_of(server: BenchServer, rate: float, *options: str) -> tuple[Load, Load, Load]:
    """Return how a polite tenant fares alone, how beside a greedy one, and how that one fares."""
    polite, greedy = ("--rate", f"{rate:.2f}"), ("--rate", f"{rate * GREED:.1f}")
    alone = await load(server.target, KEYS["polite"], *polite, *options)
    beside, greed = await asyncio.gather(
        load(server.target, KEYS["polite"], *polite, *options, "--seed", "2"),
        load(server.target, KEYS["greedy"], *greedy, *options, "--seed", "3"),
    )
    return alone, beside, greed


def fill(server: BenchServer, effort: Effort, progress: Progress) -> None:
    """Give both tenants the same memories."""
    for tenant, key in KEYS.items():
        steps = Steps(progress, f"filling {tenant}", USERS * effort.memories)
        with MemoryClient(server.target, api_key=key) as client:
            for number in range(USERS):
                chance = random.Random(number)
                messages = [Message(content=sentence(chance)) for _ in range(effort.memories)]
                talks = [messages[start : start + 25] for start in range(0, len(messages), 25)]
                stream(client, requests_of(f"user-{number}", talks), steps.advance)
    settle(server)


def marks_of(figures: Figures) -> list[Mark]:
    """Return what is promised, and whether it holds."""
    overload = figures.overload
    refusal = overload.refused.p99 if overload.refused else 0.0
    return [
        Mark(
            "answers at 5 times the peak, against the floor",
            overload.per_second / figures.floor,
            GOODPUT_MARK,
            at_least=True,
        ),
        Mark(
            "p99 of what is answered, against idle",
            overload.answered.p99 / figures.idle.p99,
            SLOWDOWN_MARK,
        ),
        Mark("p99 of a refusal", refusal, REFUSAL_MARK_MS, unit=" ms"),
        Mark(
            "p95 of a polite tenant beside a greedy one, against alone",
            figures.polite_beside.answered.p95 / figures.polite_alone.answered.p95,
            POLITE_MARK,
        ),
    ]


def report_of(figures: Figures) -> Report:
    """Return what is shown of *figures*."""
    marks = marks_of(figures)
    peak_rows = tuple(
        (f"{callers} callers", f"{rate:,.1f}/s") for callers, rate in figures.answers.items()
    )
    rows = tuple(
        starmap(
            _row,
            (
                ("5 times the peak", figures.overload),
                ("polite, alone", figures.polite_alone),
                ("polite, beside the greedy one", figures.polite_beside),
                ("greedy", figures.greedy),
            ),
        )
    )
    values = {
        "machine": machine(),
        "figures": asdict(figures),
        "marks": [m.as_json() for m in marks],
    }
    floor = figures.floor_refused
    introduction = (
        f"Measured on {listed(machine())}; the callers run on the same machine.",
        f"An idle server answers in {figures.idle.p50:.1f} ms (p50), {figures.idle.p99:.1f} ms (p99).",
        f"While a bare server refuses {OVERLOAD - 1:.0f} times the peak, it answers {figures.floor:.1f} a second.",
        f"The refusals of that server take {floor.p50:.1f} ms (p50), {floor.p99:.1f} ms (p99).",
    )
    columns = (
        "load",
        "answers/s",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "refused",
        "refusal p50 ms",
        "p99 ms",
        "failed",
    )
    tables = (
        marks_table(marks),
        Table("Answers by callers at once", ("", "answers"), peak_rows),
        Table("Loads", columns, rows),
    )
    return Report("overload", "Overload and neighbours", values, introduction, tables)


def _row(name: str, one: Load) -> tuple[str, ...]:
    refused = one.refused
    return (
        name,
        f"{one.per_second:.1f}",
        *(f"{value:.1f}" for value in (one.answered.p50, one.answered.p95, one.answered.p99)),
        f"{one.refused_share:.0%}",
        f"{refused.p50:.1f}" if refused else "",
        f"{refused.p99:.1f}" if refused else "",
        str(sum(one.failed.values())),
    )


def run(effort: Effort) -> Report:
    """Measure a server of its own, and return what is shown."""
    with tempfile.TemporaryDirectory(prefix="memsvc-bench-") as name, quiet_progress() as progress:
        folder = Path(name)
        credentials = folder / "credentials.toml"
        credentials.write_text(
            "".join(
                f'[[credential]]\ntenant = "{tenant}"\n'
                f'key_sha256 = "{hashlib.sha256(key.encode()).hexdigest()}"\n'
                for tenant, key in KEYS.items()
            )
        )
        settings = {"credentials_file": str(credentials)}
        with measured_server(folder / "data", **settings) as server:
            fill(server, effort, progress)
            return report_of(asyncio.run(measured(server, effort, progress)))


def main(arguments: Sequence[str]) -> int:
    """Measure, report and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.overload", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="little of everything, to see that it works"
    )
    add_destinations(parser)
    given = parser.parse_args(arguments)
    return carry_out(lambda: run(QUICK if given.quick else FULL), given)


if __name__ == "__main__":
    end_in_order()
    sys.exit(main(sys.argv[1:]))
