"""What a memory adds to a call of a wrapped client: with a server, without one, and with a silent one.

`python -m bench.wrapper [--calls N]`, from the repository's root. The provider answers at once, so that what
is left of a call is the wrapper and its wait. Rests of the breaker are short, to show how often it tries.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import numpy as np

from bench.server import BenchFailed, end_in_order, measured_server
from memsvc_client import MemoryClient, Message, memory_of, wrap

USER: Final = "bench"
MEMORIES: Final = 200
WARM_UP: Final = 50
MESSAGES: Final = [{"role": "user", "content": "What did we plant in the garden?"}]
_ANSWER: Final = SimpleNamespace(
    choices=[SimpleNamespace(message=SimpleNamespace(content="Beans and a pear tree."))]
)


def provider() -> Any:
    """Return a client whose calls cost nothing."""
    return _of(lambda **_: _ANSWER)


def async_provider() -> Any:
    """Return the same for asyncio."""

    async def create(**_: Any) -> Any:  # ruff: ignore[unused-async] - awaited by its callers
        return _ANSWER

    return _of(create)


def _of(create: Callable[..., Any]) -> Any:
    return SimpleNamespace(chat=SimpleNamespace(completions=SimpleNamespace(create=create)))


def timed(target: str, calls: int) -> tuple[list[float], Any]:
    """Return how long calls took, in seconds, and what was counted."""
    client = wrap(provider(), memory=target, user_id=USER, store=False)
    seconds = []
    for _ in range(calls):
        began = time.perf_counter()
        client.chat.completions.create(messages=MESSAGES)
        seconds.append(time.perf_counter() - began)
    stats = memory_of(client).stats
    memory_of(client).close(0.0)
    return seconds, stats


async def async_timed(target: str, calls: int) -> tuple[list[float], Any]:
    """Return the same of the wrapper for asyncio."""
    client = wrap(async_provider(), memory=target, user_id=USER, store=False)
    seconds = []
    for _ in range(calls):
        began = time.perf_counter()
        await client.chat.completions.create(messages=MESSAGES)
        seconds.append(time.perf_counter() - began)
    stats = memory_of(client).stats
    memory_of(client).close(0.0)
    return seconds, stats


def shown(case: str, measured: tuple[list[float], Any]) -> str:
    """Return a line of the table."""
    seconds, stats = measured
    p50, p99, most = (value * 1000 for value in np.percentile(seconds, [50, 99, 100]))
    told = f"{stats.recalls:>8} {stats.recalls_failed:>8} {stats.recalls_skipped:>8}"
    return f"{case:<32} {p50:>8.2f} {p99:>8.2f} {most:>8.2f} {told}"


def fill(target: str) -> None:
    """Give the user memories, and let the server warm up: its first recalls take longer than a call waits."""
    with MemoryClient(target) as client:
        for start in range(0, MEMORIES, 100):
            numbers = range(start, start + 100)
            client.ingest(
                user_id=USER,
                messages=[
                    Message(content=f"In bed {n} we planted row {n} of beans.") for n in numbers
                ],
                extraction="EXTRACTION_MODE_NONE",
                timeout=60,
            )
        for _ in range(WARM_UP):
            client.recall(user_id=USER, query="What did we plant in the garden?")
            client.conscious(user_id=USER)


@contextmanager
def silent() -> Generator[str]:
    """Listen, and never say a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def closed() -> str:
    """Return an address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"127.0.0.1:{listener.getsockname()[1]}"


def main() -> int:
    """Measure and print; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=500)
    calls = parser.parse_args().calls
    end_in_order()
    print(f"{'extra time of a call, in ms':<32} {'p50':>8} {'p99':>8} {'most':>8} ", end="")
    print(f"{'recalled':>8} {'failed':>8} {'skipped':>8}")
    with (
        tempfile.TemporaryDirectory() as folder,
        measured_server(Path(folder)) as server,
    ):
        fill(server.target)
        print(shown("a server", timed(server.target, calls)), flush=True)
        print(
            shown("a server, asyncio", asyncio.run(async_timed(server.target, calls))), flush=True
        )
    nobody = closed()
    print(shown("nobody listens", timed(nobody, calls)), flush=True)
    print(shown("nobody listens, asyncio", asyncio.run(async_timed(nobody, calls))), flush=True)
    with silent() as target:
        print(shown("nobody replies", timed(target, calls)), flush=True)
        print(shown("nobody replies, asyncio", asyncio.run(async_timed(target, calls))), flush=True)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BenchFailed as failed:
        sys.exit(str(failed))
