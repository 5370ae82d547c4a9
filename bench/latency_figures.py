"""What `bench.latency` measured, and what follows from it: ratios and marks, by arithmetic alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from bench.authentication import KEY, TOKEN, AuthenticationFigures
from bench.floors import (
    DATABASE_STATEMENT,
    DATABASE_TRANSACTION,
    RECALL,
    SQL_STATEMENT,
    SQL_TRANSACTION,
)
from bench.marks import Mark
from bench.timing import Concurrent, Timing

#: The sums of the floors of a round: an empty RPC, the embedding and the bare SQL, either in a
#: transaction of its own, as a call needs one, or its statement alone.
FLOORS_TRANSACTION: Final = "floors, transaction"
FLOORS_STATEMENT: Final = "floors, statement"

STATEMENT_RATIO: Final = "database / bare SQL, statements"
TRANSACTION_RATIO: Final = "database / bare SQL, transaction"
END_TO_END_P50: Final = "Recall / floors, p50"
END_TO_END_P95: Final = "Recall / floors, p95"
STRICT_P50: Final = "Recall / floors with the statement alone, p50"
STRICT_P95: Final = "Recall / floors with the statement alone, p95"
SHARE: Final = "share of the processors' calls"

#: The most that the database may take, as a multiple of the bare SQL, by the number of memories.
DATABASE_TARGETS: Final[Mapping[int, float]] = {1_000: 4.0, 10_000: 2.5, 100_000: 0.8}
#: At how many memories Recall is held against its floors, and the most that it may take.
END_TO_END_SIZE: Final = 1_000
END_TO_END_P50_TARGET: Final = 3.0
END_TO_END_P95_TARGET: Final = 5.0
SHARE_TARGET: Final = 0.6
CROWD_TARGET: Final = 1.3
PREFILTER_RECALL_TARGET: Final = 0.99
HOSTILE_MS_TARGET: Final = 250.0
#: The most that it may add to a call, in microseconds, that its caller is known.
AUTHENTICATION_TARGETS: Final[Mapping[str, float]] = {KEY: 100.0, TOKEN: 250.0}
#: Less processor time than this cannot be told from none.
PROCESSOR_MS_MIN: Final = 0.01


@dataclass(frozen=True, slots=True)
class SizeFigures:
    """What was measured with a user of so many memories."""

    size: int
    #: By what was timed, the sums of floors included.
    timings: Mapping[str, Timing]
    #: Milliseconds of processor time that one Recall takes: of the server, Postgres, the client.
    processor_ms: Mapping[str, float]
    memory_mib: Mapping[str, float]
    concurrent: Concurrent
    #: How many processors the machine has.
    processors: int

    @property
    def ratios(self) -> dict[str, float]:
        """What the figures are looked at by."""
        times = self.timings
        recall, floors = times[RECALL], times[FLOORS_TRANSACTION]
        strict = times[FLOORS_STATEMENT]
        return {
            STATEMENT_RATIO: times[DATABASE_STATEMENT].p50 / times[SQL_STATEMENT].p50,
            TRANSACTION_RATIO: times[DATABASE_TRANSACTION].p50 / times[SQL_TRANSACTION].p50,
            END_TO_END_P50: recall.p50 / floors.p50,
            END_TO_END_P95: recall.p95 / floors.p95,
            STRICT_P50: recall.p50 / strict.p50,
            STRICT_P95: recall.p95 / strict.p95,
            SHARE: self.concurrent.per_second / self.calls_per_second_max,
        }

    @property
    def calls_per_second_max(self) -> float:
        """How many calls all processors could answer if they did nothing else, asking left out."""
        taken_ms = self.processor_ms["server"] + self.processor_ms["Postgres"]
        # Processor time is counted in ticks: few short calls may take none.
        return self.processors * 1000 / max(taken_ms, PROCESSOR_MS_MIN)


@dataclass(frozen=True, slots=True)
class CrowdFigures:
    """One user among many, and the same user alone in a database."""

    users: int
    size: int
    #: Of Recall and of the database's part of it, alone and among the others.
    timings: Mapping[str, Timing]
    concurrent: Concurrent

    @property
    def ratios(self) -> dict[str, float]:
        """Among the others / alone, p50, by what was timed."""
        return {
            name: self.timings[AMONG + name].p50 / self.timings[ALONE + name].p50
            for name in (RECALL, DATABASE_TRANSACTION)
        }


#: Before the name of what was timed.
ALONE: Final = "alone: "
AMONG: Final = "among others: "
ROTATING: Final = "among others, another user each time: "


@dataclass(frozen=True, slots=True)
class PrefilterFigures:
    """Candidates by the signs of the vectors, and by all vectors."""

    size: int
    questions: int
    exact: Timing
    prefiltered: Timing
    #: The mean share of the exact first ten that are among the prefiltered first ten.
    recall: float

    @property
    def ratio(self) -> float:
        """The time of the prefiltered / that of the exact, p50."""
        return self.prefiltered.p50 / self.exact.p50


@dataclass(frozen=True, slots=True)
class HostileFigures:
    """How a strange query is answered."""

    query: str
    max_ms: float
    #: How often each kind of answer came.
    answers: Mapping[str, int]
    #: The kind of answer that it should get.
    expected: str

    @property
    def as_expected(self) -> bool:
        """Whether every answer was of the expected kind."""
        return set(self.answers) == {self.expected}


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that was measured."""

    machine: Mapping[str, Any]
    settings: Mapping[str, Any]
    sizes: Sequence[SizeFigures]
    crowd: CrowdFigures
    prefilter: PrefilterFigures
    hostile: Sequence[HostileFigures]
    authentication: AuthenticationFigures
    #: Messages a second while the databases were filled, by what they were filled with.
    loaded: Mapping[str, float]

    @property
    def marks(self) -> list[Mark]:
        """The marks of everything that has one."""
        return [*self._size_marks(), *self._other_marks()]

    def as_json(self) -> dict[str, Any]:
        """Return everything for a program to read."""
        return {
            **asdict(self),
            "sizes": [{**asdict(each), "ratios": each.ratios} for each in self.sizes],
            "crowd": {**asdict(self.crowd), "ratios": self.crowd.ratios},
            "prefilter": {**asdict(self.prefilter), "ratio": self.prefilter.ratio},
            "marks": [mark.as_json() for mark in self.marks],
        }

    def _size_marks(self) -> Iterator[Mark]:
        for each in self.sizes:
            ratios = each.ratios
            if each.size in DATABASE_TARGETS:
                target = DATABASE_TARGETS[each.size]
                for name in (STATEMENT_RATIO, TRANSACTION_RATIO):
                    yield Mark(f"{name}, {each.size:,} memories", ratios[name], target)
        for each in self.sizes:
            if each.size == END_TO_END_SIZE:
                for name, target in (
                    (END_TO_END_P50, END_TO_END_P50_TARGET),
                    (STRICT_P50, END_TO_END_P50_TARGET),
                    (END_TO_END_P95, END_TO_END_P95_TARGET),
                    (STRICT_P95, END_TO_END_P95_TARGET),
                ):
                    yield Mark(f"{name}, {each.size:,} memories", each.ratios[name], target)
        for each in self.sizes:
            name = f"{SHARE}, {each.concurrent.callers} callers, {each.size:,} memories"
            yield Mark(name, each.ratios[SHARE], SHARE_TARGET, at_least=True)

    def _other_marks(self) -> Iterator[Mark]:
        users = f"a user among {self.crowd.users:,} / alone"
        for name, ratio in self.crowd.ratios.items():
            yield Mark(f"{users}, {name}, p50", ratio, CROWD_TARGET)
        yield Mark(
            f"recall@10 of the prefiltered, {self.prefilter.size:,} memories",
            self.prefilter.recall,
            PREFILTER_RECALL_TARGET,
            at_least=True,
        )
        for each in self.hostile:
            yield Mark(f"{each.query}, maximum", each.max_ms, HOSTILE_MS_TARGET, unit=" ms")
        for kind, target in AUTHENTICATION_TARGETS.items():
            added = self.authentication.alone[kind].p50 * 1000
            yield Mark(f"authentication by {kind}, p50", added, target, unit=" μs")
        answered = sum(each.as_expected for each in self.hostile)
        name = "strange queries that are answered as they should be"
        yield Mark(name, answered, len(self.hostile), at_least=True)
