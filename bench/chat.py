"""Streams of Chat: how long a word is on its way, and what many, slow and broken ones take of memory.

`python -m bench.chat [--quick] [--json OUT] [--report DIR]`. A model that is scripted says when it sent each
piece of its answer. The floor is a reader who asks the model itself, over the same kind of connection.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import grpc
import httpx2
import numpy as np
import psutil
from rich.progress import Progress

from bench.command import add_destinations, carry_out
from bench.machine import machine
from bench.marks import Mark, marks_table
from bench.progress import quiet_progress
from bench.report import Report, Table
from bench.server import BenchFailed, BenchServer, end_in_order, measured_server
from bench.speaking import MOMENT, speaking_model
from bench.usage import MEBIBYTE
from memsvc.v1 import chat_pb2
from memsvc.v1.memory_service_pb2_grpc import MemoryServiceStub

#: As many streams at once as there are to be.
CROWD: Final = 200
CALLS_MAX: Final = 600


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured."""

    firsts: int
    crowd: int
    #: Of each stream of the crowd.
    pieces: int
    every: float
    cancelled: int
    #: How long a reader reads nothing, in seconds.
    stalled: float


WHOLE: Final = Effort(firsts=300, crowd=CROWD, pieces=100, every=0.1, cancelled=2000, stalled=20.0)
QUICK: Final = Effort(firsts=10, crowd=10, pieces=10, every=0.02, cancelled=20, stalled=0.5)


@dataclass(frozen=True, slots=True)
class Ways:
    """How long pieces were on their way, in ms."""

    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class Figures:
    """All that is measured; memory in MiB."""

    #: The first piece of an answer: from the model to a reader of its own, and to a caller of Chat.
    floor: Ways
    first: Ways
    #: All pieces of a crowd.
    crowd: Ways
    crowd_complete: int
    memory_before: float
    memory_crowd_early: float
    memory_crowd_late: float
    #: A reader who reads nothing, while the model says megabytes.
    memory_slow_before: float
    memory_slow: float
    #: From a caller's leaving to the end of the model's answer.
    leaving: Ways
    #: Streams that are given up after their first word.
    memory_cancelled_before: float
    memory_cancelled: float
    #: What the model still has open after that.
    left_open: int


def ways(nanoseconds: list[int]) -> Ways:
    """Return the figures of so many ways."""
    p50, p95, p99 = np.percentile(np.array(nanoseconds) / 1e6, [50, 95, 99])
    return Ways(float(p50), float(p95), float(p99))


def way_of(text: str) -> int | None:
    """Return how long ago the piece *text* was sent, in nanoseconds."""
    sent = MOMENT.search(text)
    return None if sent is None else time.monotonic_ns() - int(sent.group(1))


def request(user: str, message: str) -> chat_pb2.ChatRequest:
    """Return what a chat asks for."""
    return chat_pb2.ChatRequest(user_id=user, message=message)


async def floor_of(address: str, count: int) -> Ways:
    """Return how long the first piece takes to a reader of the model's own."""
    async with httpx2.AsyncClient() as client:
        return ways([await _read_first(client, address) for _ in range(count)])


async def _read_first(client: httpx2.AsyncClient, address: str) -> int:
    body = {"model": "m", "messages": [{"role": "user", "content": "pieces=1"}], "stream": True}
    async with client.stream("POST", f"{address}/chat/completions", json=body) as answer:
        async for part in answer.aiter_bytes():
            if (way := way_of(part.decode())) is not None:
                return way
    message = "the model said nothing"
    raise BenchFailed(message)


async def first_of(stub: Any, count: int) -> Ways:
    """Return how long the first piece takes to a caller of Chat."""
    found: list[int] = []
    for number in range(count):
        async for event in stub.Chat(request(f"first-{number % 20}", "pieces=3 every=0.005")):
            way = way_of(event.delta.text) if event.WhichOneof("event") == "delta" else None
            if way is not None and len(found) == number:
                found.append(way)
    return ways(found)


async def crowd_of(
    stub: Any, effort: Effort, memory: Callable[[], float]
) -> tuple[Ways, int, float, float]:
    """Return how long pieces take in a crowd, how many streams were complete, and the memory meanwhile."""
    found: list[int] = []
    taken: list[float] = []
    complete = 0
    message = f"pieces={effort.pieces} every={effort.every}"
    total = effort.crowd * effort.pieces
    moments = (total // 4, total * 9 // 10)

    async def one(number: int) -> None:
        nonlocal complete
        async for event in stub.Chat(request(f"crowd-{number}", message), timeout=280):
            if (way := way_of(event.delta.text)) is not None:
                found.append(way)
                if len(found) in moments:
                    taken.append(memory())
            complete += event.WhichOneof("event") == "done"

    await asyncio.gather(*(one(number) for number in range(effort.crowd)))
    early, late = taken
    return ways(found), complete, early, late


async def slow_reader(stub: Any, effort: Effort, memory: Callable[[], float]) -> float:
    """Return the most that the server took while somebody read nothing of megabytes."""
    calls = [
        stub.Chat(request(f"slow-{n}", "pieces=60000 size=40"), timeout=120) for n in range(10)
    ]
    for call in calls:
        while (await call.read()).WhichOneof("event") != "delta":
            pass
    most, ends = 0.0, time.monotonic() + effort.stalled
    while time.monotonic() < ends:
        most = max(most, memory())
        await asyncio.sleep(0.1)
    for call in calls:
        call.cancel()
    return most


async def leaving_of(stub: Any, address: str, count: int) -> Ways:
    """Return how long the model goes on with an answer whose caller has left."""
    found: list[int] = []
    for number in range(count):
        call = stub.Chat(request(f"left-{number % 20}", "pieces=10000 every=0.005"), timeout=60)
        while (await call.read()).WhichOneof("event") != "delta":
            pass
        left = time.monotonic_ns()
        call.cancel()
        # Lets the reset be sent.
        await asyncio.sleep(0)
        while await asyncio.to_thread(open_at, address):
            pass
        found.append(time.monotonic_ns() - left)
    return ways(found)


async def cancelled(stub: Any, count: int) -> None:
    """Give up so many streams after their first word, twenty at a time."""

    async def one(number: int) -> None:
        call = stub.Chat(request(f"gone-{number % 50}", "pieces=10000 every=0.01"), timeout=60)
        while (await call.read()).WhichOneof("event") != "delta":
            pass
        call.cancel()

    for start in range(0, count, 20):
        await asyncio.gather(*(one(start + n) for n in range(min(20, count - start))))


def open_at(address: str) -> int:
    """Return how many answers the model is at."""
    with urllib.request.urlopen(address.removesuffix("/v1")) as answer:  # ruff: ignore[suspicious-url-open-usage] - our own
        return int(answer.read())


async def settled(address: str) -> int:
    """Return how many answers the model is at once it is none, or after a while."""
    for _ in range(100):
        if not (left := open_at(address)):
            break
        await asyncio.sleep(0.1)
    return left


async def measured(
    server: BenchServer, address: str, effort: Effort, progress: Progress
) -> Figures:
    """Return the figures of a server that asks the model at *address*."""
    process = psutil.Process(server.process)

    def memory() -> float:
        return float(process.memory_info().rss) / MEBIBYTE

    steps = progress.add_task("chats", total=7)
    async with grpc.aio.insecure_channel(server.target) as channel:
        stub = MemoryServiceStub(channel)
        await first_of(stub, 20)
        floor = await floor_of(address, effort.firsts)
        progress.advance(steps)
        first = await first_of(stub, effort.firsts)
        progress.advance(steps)
        # A first crowd leaves behind what the program keeps for crowds.
        await crowd_of(stub, effort, memory)
        before = memory()
        crowd, complete, early, late = await crowd_of(stub, effort, memory)
        progress.advance(steps)
        slow_before = memory()
        slow = await slow_reader(stub, effort, memory)
        progress.advance(steps)
        await settled(address)
        leaving = await leaving_of(stub, address, effort.firsts)
        progress.advance(steps)
        # What grows at first is what the program keeps for such calls anyway.
        await cancelled(stub, max(effort.cancelled // 4, 20))
        await settled(address)
        progress.advance(steps)
        gone_before = memory()
        await cancelled(stub, effort.cancelled)
        left = await settled(address)
        progress.advance(steps)
    return Figures(
        floor, first, crowd, complete, before, early, late, slow_before, slow, leaving,
        gone_before, memory(), left,
    )  # fmt: skip


def report_of(figures: Figures, effort: Effort) -> Report:
    """Return what is shown."""
    rows = tuple(
        (name, f"{way.p50:.2f}", f"{way.p95:.2f}", f"{way.p99:.2f}")
        for name, way in (
            ("first piece, to a reader of the model's own (floor)", figures.floor),
            ("first piece, to a caller of Chat", figures.first),
            (f"each piece of {effort.crowd} streams at once", figures.crowd),
            ("from a caller's leaving to the end of the model's answer", figures.leaving),
        )
    )
    memory = (
        ("before", f"{figures.memory_before:.0f}"),
        (f"{effort.crowd} streams, a quarter said", f"{figures.memory_crowd_early:.0f}"),
        (f"{effort.crowd} streams, nine tenths said", f"{figures.memory_crowd_late:.0f}"),
        ("before ten readers who read nothing", f"{figures.memory_slow_before:.0f}"),
        ("while they read nothing, the most", f"{figures.memory_slow:.0f}"),
        (
            f"before {effort.cancelled} streams that are given up",
            f"{figures.memory_cancelled_before:.0f}",
        ),
        ("after them", f"{figures.memory_cancelled:.0f}"),
        ("answers that the model is still at", str(figures.left_open)),
    )
    marks = [
        Mark("first piece to a caller, p50, ms", figures.first.p50, 10.0),
        Mark(
            "streams of the crowd that were complete",
            figures.crowd_complete,
            effort.crowd,
            at_least=True,
        ),
        Mark(
            "until the model is stopped whose caller has left, p99, ms", figures.leaving.p99, 1000.0
        ),
        Mark("answers left open", figures.left_open, 0),
    ]
    introduction = (
        "How long pieces of an answer are on their way from a scripted model to the caller, and memory.",
        f"Measured on {json.dumps(machine())}.",
    )
    tables = (
        Table("On its way, in ms", ("", "p50", "p95", "p99"), rows),
        Table("Memory of the server, in MiB", ("", "figure"), memory),
        marks_table(marks),
    )
    return Report("chat", "Chat", asdict(figures), introduction, tables)


def run(*, quick: bool) -> Report:
    """Measure on a server of its own."""
    effort = QUICK if quick else WHOLE
    with (
        tempfile.TemporaryDirectory() as folder,
        speaking_model() as address,
        quiet_progress() as progress,
    ):
        provider = {
            "name": "scripted",
            "base_url": address,
            "model": "scripted",
            "streams_max": CALLS_MAX,
        }
        settings = {
            "providers": json.dumps([provider]),
            "chat_providers": json.dumps(["scripted"]),
            "streams_max": str(CALLS_MAX),
            "calls_max": str(CALLS_MAX),
            "rate": json.dumps({"units_per_second": 0}),
        }
        with measured_server(Path(folder), **settings) as server:
            figures = asyncio.run(measured(server, address, effort, progress))
    return report_of(figures, effort)


def main() -> int:
    """Measure, print and write the report; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="to see that it works; no figures")
    add_destinations(parser)
    options = parser.parse_args()
    end_in_order()
    return carry_out(lambda: run(quick=options.quick), options)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BenchFailed as failed:
        sys.exit(str(failed))
