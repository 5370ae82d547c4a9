"""What is measured of a running server: each size, one user among many, the prefilter, strange queries."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import cycle
from typing import Final
from uuid import UUID

from bench.corpus import SEED, Corpus
from bench.floors import (
    EMBEDDING,
    EMPTY,
    RECALL,
    SQL_STATEMENT,
    SQL_TRANSACTION,
    Asked,
)
from bench.latency_figures import (
    ALONE,
    AMONG,
    FLOORS_STATEMENT,
    FLOORS_TRANSACTION,
    ROTATING,
    CrowdFigures,
    HostileFigures,
    PrefilterFigures,
    SizeFigures,
)
from bench.progress import Steps
from bench.session import Effort, Session
from bench.timing import Kind, concurrently, interleaved, timing_of
from bench.usage import memory_mib
from memsvc.core import ranking
from memsvc_client import AsyncMemoryClient, MemsvcError

#: Calls of each caller before those that count: every connection of the server has to learn the
#: statements.
CONCURRENT_WARM_UP: Final = 10
FIRST: Final = 10
TRIES: Final = 10
ANSWERED: Final = "answered"
REFUSED: Final = "InvalidArgument"
QUERY_BYTES_MAX: Final = 4_096
_TOO_MANY_WORDS: Final = 10_000
_STOP_WORDS: Final = "what was it that we were to do and why would they be in there with him or her"
_FIRST_EMOJI: Final = 0x1F600


async def measure_size(on: Session, user_id: str, size: int, effort: Effort) -> SizeFigures:
    """Measure a user of *size* memories."""
    calls, work = on.calls(user_id), on.work(user_id)
    items = await on.asked(effort.warm_up + effort.rounds)
    steps = Steps(on.progress, f"{size:,} memories", len(items) + 1)
    kinds: list[Kind[Asked]] = [
        calls.empty,
        calls.embedding,
        work.bare_transaction,
        work.bare_statement,
        work.recall_transaction,
        work.recall_statements,
        calls.recall,
        calls.cached,
    ]
    found = await interleaved(kinds, items, warm_up=effort.warm_up, advance=steps.advance)
    add_floors(found)
    taken = await on.processor_time(calls, effort.rounds)
    warm_up = effort.callers * CONCURRENT_WARM_UP
    await concurrently(effort.callers, on.questions, warm_up, calls.timed_recall)
    concurrent = await concurrently(
        effort.callers, on.questions, effort.concurrent_calls, calls.timed_recall
    )
    steps.advance()
    return SizeFigures(
        size=size,
        timings={name: timing_of(seconds) for name, seconds in found.items()},
        processor_ms={
            "server": taken.server * 1000,
            "Postgres": taken.postgres * 1000,
            "client": taken.client * 1000,
        },
        memory_mib=memory_mib(on.server),
        concurrent=concurrent,
        processors=os.cpu_count() or 1,
    )


def add_floors(found: dict[str, list[float]]) -> None:
    """Add the sums of the floors, round by round."""
    for name, sql in ((FLOORS_TRANSACTION, SQL_TRANSACTION), (FLOORS_STATEMENT, SQL_STATEMENT)):
        parts = zip(found[EMPTY], found[EMBEDDING], found[sql], strict=True)
        found[name] = [sum(part) for part in parts]


async def measure_crowd(
    alone: Session, among: Session, users: list[str], size: int, effort: Effort
) -> CrowdFigures:
    """Measure the first of *users*, alone and among all of them; each has *size* memories."""
    items = await among.asked(effort.warm_up + effort.rounds)
    steps = Steps(among.progress, f"one of {len(users):,} users", len(items) + 1)
    turns = cycle(users)

    async def rotating(_: Asked) -> Mapping[str, float]:
        # A question of its own: the vector of the round's would be known already.
        calls, question = among.calls(next(turns)), next(among.questions)
        return {ROTATING + RECALL: await calls.timed_recall(question)}

    async def of_any_user(question: str) -> object:
        return await among.calls(next(turns)).timed_recall(question)

    kinds: list[Kind[Asked]] = [
        _prefixed(ALONE, alone.calls(users[0]).recall),
        _prefixed(AMONG, among.calls(users[0]).recall),
        rotating,
        _prefixed(ALONE, alone.work(users[0]).recall_transaction),
        _prefixed(AMONG, among.work(users[0]).recall_transaction),
    ]
    found = await interleaved(kinds, items, warm_up=effort.warm_up, advance=steps.advance)
    warm_up = effort.callers * CONCURRENT_WARM_UP
    await concurrently(effort.callers, among.questions, warm_up, of_any_user)
    concurrent = await concurrently(
        effort.callers, among.questions, effort.concurrent_calls, of_any_user
    )
    steps.advance()
    return CrowdFigures(
        users=len(users),
        size=size,
        timings={name: timing_of(seconds) for name, seconds in found.items()},
        concurrent=concurrent,
    )


def _prefixed(prefix: str, kind: Kind[Asked]) -> Kind[Asked]:
    async def run(item: Asked) -> Mapping[str, float]:
        return {prefix + name: seconds for name, seconds in (await kind(item)).items()}

    return run


async def measure_prefilter(
    on: Session, user_id: str, size: int, effort: Effort
) -> PrefilterFigures:
    """Compare candidates by the signs of the vectors with candidates by all vectors."""
    work = on.work(user_id)
    items = await on.asked(effort.warm_up + effort.rounds)
    steps = Steps(on.progress, f"prefilter at {size:,}", len(items))
    shares: list[float] = []
    best: dict[str, list[UUID]] = {}

    def gathering(name: str, exact_max: int) -> Kind[Asked]:
        async def run(item: Asked) -> Mapping[str, float]:
            started = time.perf_counter()
            gathered = await work.gathered(item, limit=FIRST, exact_max=exact_max)
            seconds = time.perf_counter() - started
            ranked = ranking.rank(gathered, item.question)
            best[name] = [entry.memory_id for entry in ranked.part(0, FIRST)]
            return {name: seconds}

        return run

    def compare() -> None:
        shares.append(overlap(best["exact"], best["prefiltered"]))
        steps.advance()

    kinds = [gathering("exact", size), gathering("prefiltered", 0)]
    found = await interleaved(kinds, items, warm_up=effort.warm_up, advance=compare)
    return PrefilterFigures(
        size=size,
        questions=len(items),
        exact=timing_of(found["exact"]),
        prefiltered=timing_of(found["prefiltered"]),
        recall=sum(shares) / len(shares),
    )


def overlap(wanted: list[UUID], found: list[UUID]) -> float:
    """Return the share of *wanted*, at least one, that was *found*."""
    return len(set(wanted) & set(found)) / len(wanted)


def hostile_queries(corpus: Corpus) -> Mapping[str, tuple[Callable[[int], str], str]]:
    """Return queries nobody would ask: how each try of them is made, and the answer it should get."""
    source = random.Random(SEED)

    def of_words(count: int) -> str:
        return " ".join(source.choices(corpus.words, k=count))

    def shuffled(_: int) -> str:
        return " ".join(source.sample(_STOP_WORDS.split(), len(_STOP_WORDS.split())))

    def emoji(_: int) -> str:
        return "".join(chr(_FIRST_EMOJI + source.randrange(50)) for _ in range(12))

    return {
        "10,000 words": (lambda _: of_words(_TOO_MANY_WORDS), REFUSED),
        "4,096 bytes": (lambda _: of_words(QUERY_BYTES_MAX)[:QUERY_BYTES_MAX], ANSWERED),
        "stop words only": (shuffled, ANSWERED),
        "emoji only": (emoji, ANSWERED),
        "one letter": (lambda number: chr(ord("a") + number), ANSWERED),
    }


async def measure_hostile(on: Session, user_id: str) -> list[HostileFigures]:
    """Ask a user's memory what nobody would ask."""
    figures = []
    queries = hostile_queries(on.corpus)
    steps = Steps(on.progress, "strange queries", len(queries))
    for name, (make, expected) in queries.items():
        answers: Counter[str] = Counter()
        slowest = 0.0
        for query in map(make, range(TRIES)):
            started = time.perf_counter()
            answers[await _answer(on.client, user_id, query)] += 1
            slowest = max(slowest, time.perf_counter() - started)
        figures.append(HostileFigures(name, slowest * 1000, dict(answers), expected))
        steps.advance()
    return figures


async def _answer(client: AsyncMemoryClient, user_id: str, query: str) -> str:
    try:
        await client.recall(user_id=user_id, query=query)
    except MemsvcError as error:
        return type(error).__name__
    return ANSWERED


def user_names(count: int) -> Iterator[str]:
    """Yield the names of *count* users that look alike."""
    return (f"one-of-many-{number}" for number in range(count))
