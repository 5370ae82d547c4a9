"""How long things take: rounds in which each of them comes once, so that noise hits all alike."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np

ItemT = TypeVar("ItemT")
#: Something that is timed; returns seconds by the name of what they were spent on.
Kind = Callable[[ItemT], Awaitable[Mapping[str, float]]]

_PERCENTILES: Final = (50, 95, 99)


@dataclass(frozen=True, slots=True)
class Timing:
    """How long something took, in milliseconds."""

    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class Concurrent:
    """Calls of several callers at once, each asking again as soon as it is answered."""

    callers: int
    calls: int
    per_second: float
    timing: Timing
    #: How many calls failed, by the kind of error; a failed call is not timed.
    errors: Mapping[str, int]


def timing_of(seconds: Iterable[float]) -> Timing:
    """Return the percentiles of *seconds*, at least one."""
    return Timing(*(np.percentile(list(seconds), _PERCENTILES) * 1000).tolist())


async def interleaved(
    kinds: Sequence[Kind[ItemT]],
    items: Sequence[ItemT],
    *,
    warm_up: int,
    advance: Callable[[], object],
) -> dict[str, list[float]]:
    """Return the seconds by name of each of *kinds* on each of *items*, round by round.

    Each kind begins a round as often as any other. The first *warm_up* rounds do not count.
    """
    found: dict[str, list[float]] = {}
    for number, item in enumerate(items):
        turn = number % len(kinds)
        for kind in (*kinds[turn:], *kinds[:turn]):
            for name, seconds in (await kind(item)).items():
                if number >= warm_up:
                    found.setdefault(name, []).append(seconds)
        advance()
    return found


async def concurrently(
    callers: int, questions: Iterator[str], calls: int, call: Callable[[str], Awaitable[object]]
) -> Concurrent:
    """Return how *calls* go when so many *callers* ask at once."""
    seconds: list[float] = []
    errors: Counter[str] = Counter()
    waiting = iter([next(questions) for _ in range(calls)])

    async def ask() -> None:
        for question in waiting:
            started = time.perf_counter()
            try:
                await call(question)
            except Exception as error:  # ruff: ignore[blind-except] - whatever it is, it is counted
                errors[type(error).__name__] += 1
            else:
                seconds.append(time.perf_counter() - started)

    started = time.perf_counter()
    await asyncio.gather(*(ask() for _ in range(callers)))
    elapsed = time.perf_counter() - started
    timing = timing_of(seconds or [0.0])
    return Concurrent(callers, calls, len(seconds) / elapsed, timing, dict(errors))
