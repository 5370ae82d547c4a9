"""What `bench.ingest` measured, and what follows from it: rates, ratios and marks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from bench.marks import Mark

STREAM_ONE: Final = "IngestStream, one user"
STREAM_MANY: Final = "IngestStream, many users"
BATCHED: Final = "Ingest, 100 a call"
SINGLE: Final = "Ingest, one a call"
SINGLE_AT_ONCE: Final = "Ingest, one a call, 16 callers"
WAYS: Final = (STREAM_ONE, STREAM_MANY, BATCHED, SINGLE, SINGLE_AT_ONCE)
#: The ways that are meant for many messages.
BULK: Final = (STREAM_ONE, STREAM_MANY, BATCHED)

BY_SERVER: Final = "embedded by the server"
OWN: Final = "vectors of one's own"
DEFERRED: Final = "embedded later"
MODES: Final = (BY_SERVER, OWN, DEFERRED)

#: The least share of the bare embedding's rate, and the least rate where nothing has to be embedded.
SHARE_TARGET: Final = 0.7
RATE_TARGET: Final = 3_000.0


@dataclass(frozen=True, slots=True)
class Measured:
    """Messages that were stored in one way."""

    way: str
    mode: str
    messages: int
    seconds: float
    #: Texts a second of the bare embedder, before, between and after; None where nothing is embedded.
    floor: float | None = None
    #: Seconds from the last reply until all vectors were there; None where they are there with it.
    until_embedded: float | None = None

    @property
    def per_second(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds

    @property
    def share(self) -> float | None:
        """The rate as a share of the floor."""
        return None if self.floor is None else self.per_second / self.floor

    @property
    def embedded_per_second(self) -> float | None:
        """Messages a second until all vectors were there."""
        if self.until_embedded is None:
            return None
        return self.messages / (self.seconds + self.until_embedded)


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that was measured."""

    machine: Mapping[str, Any]
    settings: Mapping[str, Any]
    measured: Sequence[Measured]

    @property
    def floor(self) -> float:
        """The mean rate of the bare embedder."""
        floors = [each.floor for each in self.measured if each.floor is not None]
        return sum(floors) / len(floors)

    @property
    def marks(self) -> list[Mark]:
        """The marks of the ways that are meant for many messages."""
        return list(self._marks())

    def of(self, way: str, mode: str) -> Measured:
        """Return what was measured for a way and a mode."""
        return next(each for each in self.measured if (each.way, each.mode) == (way, mode))

    def as_json(self) -> dict[str, Any]:
        """Return everything for a program to read."""
        return {
            "machine": dict(self.machine),
            "settings": dict(self.settings),
            "bare embedding": self.floor,
            "measured": [
                {
                    **asdict(each),
                    "per_second": each.per_second,
                    "share": each.share,
                    "embedded_per_second": each.embedded_per_second,
                }
                for each in self.measured
            ],
            "marks": [mark.as_json() for mark in self.marks],
        }

    def _marks(self) -> Iterator[Mark]:
        for way in BULK:
            share = self.of(way, BY_SERVER).share
            if share is not None:
                yield Mark(f"{way} / bare embedding", share, SHARE_TARGET, at_least=True)
        for mode in (OWN, DEFERRED):
            for way in BULK:
                rate = self.of(way, mode).per_second
                yield Mark(f"{way}, {mode}", rate, RATE_TARGET, at_least=True, unit=" messages/s")
