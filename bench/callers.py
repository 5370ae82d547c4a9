"""Callers in a process of their own, so that those of one tenant do not slow down those of another.

`python -m bench.callers TARGET KEY --rate N | --callers N --seconds N [--seed N]`: asks Recall at a rate,
whether or not answers come, or with so many callers that each ask again when answered. Prints JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import grpc

from memsvc.v1.memory_service_pb2 import RecallRequest
from memsvc.v1.memory_service_pb2_grpc import MemoryServiceStub

USERS: Final = 20
WORDS: Final = [
    "garden",
    "river",
    "music",
    "train",
    "letter",
    "winter",
    "kitchen",
    "doctor",
    "teacher",
    "bridge",
    "market",
    "summer",
    "window",
    "mountain",
    "coffee",
    "holiday",
    "engine",
    "picture",
    "island",
    "planet",
    "dinner",
    "forest",
    "camera",
    "guitar",
    "ticket",
    "harbour",
    "museum",
    "painter",
    "lawyer",
    "farmer",
    "castle",
    "village",
    "concert",
    "recipe",
    "journey",
]
#: How long a caller waits for an answer, in seconds.
PATIENCE_SECONDS: Final = 10.0


@dataclass(slots=True)
class Ends:
    """How calls ended: the seconds that each of them took."""

    seconds: float = 0.0
    answered: list[float] = field(default_factory=list)
    #: RESOURCE_EXHAUSTED.
    refused: list[float] = field(default_factory=list)
    #: Anything else, by status.
    failed: dict[str, int] = field(default_factory=dict)


def sentence(chance: random.Random, words: int = 12) -> str:
    """Return some words."""
    return " ".join(chance.choice(WORDS) for _ in range(words))


@dataclass(frozen=True, slots=True)
class Callers:
    """Those who ask."""

    #: Asynchronous; the generated types know only the other kind.
    stub: Any
    metadata: tuple[tuple[str, str], ...]
    chance: random.Random
    ends: Ends = field(default_factory=Ends)

    async def ask(self) -> None:
        """Ask once."""
        user = f"user-{self.chance.randrange(USERS)}"
        request = RecallRequest(user_id=user, query=sentence(self.chance, 8))
        started = time.perf_counter()
        try:
            await self.stub.Recall(request, metadata=self.metadata, timeout=PATIENCE_SECONDS)
            self.ends.answered.append(time.perf_counter() - started)
        except grpc.aio.AioRpcError as error:
            took = time.perf_counter() - started
            if error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED:
                self.ends.refused.append(took)
            else:
                name = error.code().name
                self.ends.failed[name] = self.ends.failed.get(name, 0) + 1

    async def at_rate(self, rate: float, seconds: float) -> None:
        """Ask *rate* times a second, evenly."""
        begun = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for due in _moments(rate, seconds):
                await asyncio.sleep(max(begun + due - time.perf_counter(), 0.0))
                group.create_task(self.ask())
        self.ends.seconds = time.perf_counter() - begun

    async def at_once(self, callers: int, seconds: float) -> None:
        """Let so many callers ask, each again when answered."""
        begun = time.perf_counter()

        async def one() -> None:
            while time.perf_counter() - begun < seconds:
                await self.ask()

        async with asyncio.TaskGroup() as group:
            for _ in range(callers):
                group.create_task(one())
        self.ends.seconds = time.perf_counter() - begun


def _moments(rate: float, seconds: float) -> Iterator[float]:
    for number in range(int(rate * seconds)):
        yield number / rate


async def run(given: argparse.Namespace) -> Ends:
    """Ask as the command line says."""
    metadata = (("authorization", f"Bearer {given.key}"),)
    async with grpc.aio.insecure_channel(given.target) as channel:
        callers = Callers(MemoryServiceStub(channel), metadata, random.Random(given.seed))
        await callers.ask()  # connects
        callers.ends.answered.clear()
        callers.ends.refused.clear()
        if given.rate:
            await callers.at_rate(given.rate, given.seconds)
        else:
            await callers.at_once(given.callers, given.seconds)
        return callers.ends


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.callers", description=__doc__)
    add = parser.add_argument
    add("target")
    add("key")
    add("--rate", type=float, default=0.0)
    add("--callers", type=int, default=1)
    add("--seconds", type=float, default=5.0)
    add("--seed", type=int, default=1)
    print(json.dumps(asdict(asyncio.run(run(parser.parse_args())))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
