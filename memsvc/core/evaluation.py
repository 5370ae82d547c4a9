"""How well a ranking holds what it should: recall, any, reciprocal rank and nDCG, and their means.

Everything is counted from ranks: the places, from 1, at which the relevant ids of a query stand in
the results, 0 for one that is not among them.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

Value = TypeVar("Value")

#: How many of the first results are looked at.
CUTS: Final = (1, 5, 10, 20)
#: How many of the first results nDCG looks at.
NDCG_CUT: Final = 10


@dataclass(frozen=True, slots=True)
class CutMetrics:
    """Means over queries that look at the first results only."""

    #: How many results are looked at.
    cut: int
    #: The share of a query's relevant ids among them.
    recall: float
    #: The share of queries with any relevant id among them.
    any: float


@dataclass(frozen=True, slots=True)
class Metrics:
    """Means over queries, each in [0, 1]. Those of a single query are its own figures."""

    query_count: int
    #: In ascending order of their cut.
    cuts: tuple[CutMetrics, ...]
    #: Mean of 1 / the place of the first relevant id, 0 without one.
    mean_reciprocal_rank: float
    #: Normalised discounted cumulative gain of the first NDCG_CUT results.
    ndcg: float

    def at(self, cut: int) -> CutMetrics:
        """Return the means over the first *cut* results; raise KeyError if they were not taken."""
        for metrics in self.cuts:
            if metrics.cut == cut:
                return metrics
        raise KeyError(cut)


def ranks_of(found: Sequence[str], relevant: Iterable[str]) -> tuple[int, ...]:
    """Return the place of each *relevant* id among *found*, from 1; 0 for one not among them.

    An id that was found twice stands at its first place.
    """
    places: dict[str, int] = {}
    for place, each in enumerate(found, 1):
        places.setdefault(each, place)
    return tuple(places.get(each, 0) for each in relevant)


def recall_at(ranks: Collection[int], cut: int) -> float:
    """Return the share of *ranks* that are among the first *cut* places; 0 of none."""
    return sum(0 < rank <= cut for rank in ranks) / len(ranks) if ranks else 0.0


def any_at(ranks: Collection[int], cut: int) -> float:
    """Return 1 if any of *ranks* is among the first *cut* places, else 0."""
    return float(any(0 < rank <= cut for rank in ranks))


def reciprocal_rank(ranks: Collection[int]) -> float:
    """Return 1 / the best of *ranks*, 0 if nothing relevant was found."""
    first = min((rank for rank in ranks if rank), default=0)
    return 1 / first if first else 0.0


def ndcg_at(ranks: Collection[int], cut: int = NDCG_CUT) -> float:
    """Return the gain of the first *cut* places over the best gain possible there; 0 of no *ranks*.

    Every relevant id gains 1, discounted by log2(1 + place). A place gains once, even if two ids
    name what stands there.
    """
    best = math.fsum(_discount(place) for place in range(1, min(cut, len(ranks)) + 1))
    gain = math.fsum(_discount(rank) for rank in set(ranks) if 0 < rank <= cut)
    return gain / best if best else 0.0


def _discount(place: int) -> float:
    return 1 / math.log2(1 + place)


def metrics_of(ranks: Collection[int], cuts: Sequence[int] = CUTS) -> Metrics:
    """Return the figures of one query, by the *ranks* of its relevant ids."""
    return Metrics(
        query_count=1,
        cuts=tuple(CutMetrics(cut, recall_at(ranks, cut), any_at(ranks, cut)) for cut in cuts),
        mean_reciprocal_rank=reciprocal_rank(ranks),
        ndcg=ndcg_at(ranks),
    )


def mean_of(parts: Iterable[Metrics], cuts: Sequence[int] = CUTS) -> Metrics:
    """Return the means over all queries of *parts*, all taken at the same *cuts*; 0 over none.

    A part counts by its number of queries, so the means of batches are the means of the whole.
    Raises KeyError if a part lacks a cut.
    """
    counted = [part for part in parts if part.query_count]

    def mean(figures: Iterable[float]) -> float:
        weighted = (
            part.query_count * figure for part, figure in zip(counted, figures, strict=True)
        )
        # The exact sum: the order of the queries changes nothing.
        return math.fsum(weighted) / total if total else 0.0

    total = sum(part.query_count for part in counted)
    return Metrics(
        query_count=total,
        cuts=tuple(
            CutMetrics(
                cut,
                recall=mean(part.at(cut).recall for part in counted),
                any=mean(part.at(cut).any for part in counted),
            )
            for cut in cuts
        ),
        mean_reciprocal_rank=mean(part.mean_reciprocal_rank for part in counted),
        ndcg=mean(part.ndcg for part in counted),
    )


def percentile(ordered: Sequence[Value], share: float) -> Value:
    """Return the value of *ordered*, at least one, below or at which *share* of them lie."""
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]
