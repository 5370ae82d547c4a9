"""What was measured: answers of many calls as one, and the difference between two measurements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from memsvc.cli.formats.labelled import Question
from memsvc.core.evaluation import CutMetrics, Metrics, mean_of, metrics_of, percentile
from memsvc.v1.memory_service_pb2 import EvaluateResponse, RecallMetrics
from memsvc.v1.ranking_pb2 import RankingWeights

#: The cut of the figures that weights are judged by, as far as the limit reaches.
JUDGED_CUT: Final = 10
RESAMPLES: Final = 10_000
#: So that the same answers always give the same interval.
SEED: Final = 7
#: The ends of the interval.
_PERCENTILES: Final = (2.5, 97.5)
#: How many drawn questions are held at once.
_HELD: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """How one question went."""

    question: Question
    #: The place of each of its relevant ids among the results, from 1; 0 for one not among them.
    ranks: tuple[int, ...]
    milliseconds: float
    degraded: bool


@dataclass(frozen=True, slots=True)
class Arm:
    """What one part of the score contributes."""

    name: str
    #: The figures with that part's weight at 0.
    without: Metrics
    #: With every other part's weight at 0; None for what has no meaning alone.
    alone: Metrics | None


@dataclass(slots=True)
class Measurement:
    """All questions, answered with the same weights."""

    cuts: tuple[int, ...]
    answers: list[Answer] = field(default_factory=list)
    #: The weights that the server applied.
    weights: RankingWeights = field(default_factory=RankingWeights)
    #: What each call said of the parts, by their names.
    _without: dict[str, list[Metrics]] = field(default_factory=dict)
    _alone: dict[str, list[Metrics]] = field(default_factory=dict)

    @property
    def judged_cut(self) -> int:
        """The cut of the figure that weights are judged by."""
        return max(cut for cut in self.cuts if cut <= JUDGED_CUT)

    def add(self, questions: Iterable[Question], response: EvaluateResponse) -> None:
        """Take in the answers to *questions*."""
        for question, query in zip(questions, response.queries, strict=True):
            milliseconds = query.duration.ToTimedelta().total_seconds() * 1_000
            ranks = tuple(query.ranks)
            self.answers.append(Answer(question, ranks, milliseconds, query.degraded))
        for arm in response.arms:
            self._without.setdefault(arm.arm, []).append(_metrics_of(arm.without))
            if arm.HasField("alone"):
                self._alone.setdefault(arm.arm, []).append(_metrics_of(arm.alone))
        self.weights = response.weights

    def metrics(self) -> Metrics:
        """Return the means over all questions."""
        return self._mean(self.answers)

    def categories(self) -> Mapping[str, Metrics]:
        """Return the means over the questions of each category, by label; empty without any.

        Questions of no category then stand under "".
        """
        groups: dict[str, list[Answer]] = {}
        for answer in self.answers:
            groups.setdefault(answer.question.category, []).append(answer)
        if groups.keys() <= {""}:
            return {}
        return {label: self._mean(groups[label]) for label in sorted(groups)}

    def arms(self) -> list[Arm]:
        """Return what each part contributes, in the server's order."""
        return [
            Arm(
                name,
                mean_of(parts, self.cuts),
                mean_of(self._alone[name], self.cuts) if name in self._alone else None,
            )
            for name, parts in self._without.items()
        ]

    def latency(self) -> tuple[float, float]:
        """Return the median and the 95th percentile of the durations, in milliseconds."""
        ordered = sorted(answer.milliseconds for answer in self.answers)
        return percentile(ordered, 0.5), percentile(ordered, 0.95)

    def degraded_count(self) -> int:
        """Return how many answers were ranked on less than everything."""
        return sum(answer.degraded for answer in self.answers)

    def missed(self) -> list[Answer]:
        """Return the answers that hold nothing relevant."""
        return [answer for answer in self.answers if not any(answer.ranks)]

    def _mean(self, answers: Iterable[Answer]) -> Metrics:
        return mean_of((metrics_of(answer.ranks, self.cuts) for answer in answers), self.cuts)


def _metrics_of(figures: RecallMetrics) -> Metrics:
    return Metrics(
        query_count=figures.query_count,
        cuts=tuple(CutMetrics(each.cut, each.recall, each.any) for each in figures.cuts),
        mean_reciprocal_rank=figures.mean_reciprocal_rank,
        ndcg=figures.ndcg,
    )


@dataclass(slots=True)
class Survey:
    """What is in a file, beside the questions that can be asked."""

    #: Questions that nothing answers.
    left_out: int = 0
    #: Faulty ones: where they stand, and why.
    faults: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that was found out."""

    #: With the weights given.
    chosen: Measurement
    #: With the server's own, if both are compared.
    default: Measurement | None
    survey: Survey
    limit: int
    #: Of memories; empty for all.
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """How far two means over the same questions lie apart."""

    #: The figure, such as "recall@10".
    figure: str
    mean: float
    #: The ends of the 95 % interval.
    low: float
    high: float


def differences(chosen: Measurement, default: Measurement) -> list[Difference]:
    """Return *chosen* minus *default* for the figures that weights are judged by.

    Both hold the same questions in the same order.
    """
    cut = chosen.judged_cut
    pairs = [
        (metrics_of(one.ranks, chosen.cuts), metrics_of(other.ranks, chosen.cuts))
        for one, other in zip(chosen.answers, default.answers, strict=True)
    ]
    recalls = [one.at(cut).recall - other.at(cut).recall for one, other in pairs]
    ranks = [one.mean_reciprocal_rank - other.mean_reciprocal_rank for one, other in pairs]
    return [
        Difference(f"recall@{cut}", float(np.mean(recalls)), *interval_of(recalls)),
        Difference("mean_reciprocal_rank", float(np.mean(ranks)), *interval_of(ranks)),
    ]


def interval_of(values: Sequence[float]) -> tuple[float, float]:
    """Return the 95 % interval of the mean of *values*, at least one, by resampling (Efron 1979).

    Given the differences between two answers to the same question, it is that of a paired
    comparison: how far other questions of the same sort could have moved the difference.
    """
    generator = np.random.default_rng(SEED)
    step = max(1, _HELD // len(values))
    means = np.concatenate([
        generator.choice(values, size=(min(step, RESAMPLES - start), len(values))).mean(axis=1)
        for start in range(0, RESAMPLES, step)
    ])
    low, high = np.percentile(means, _PERCENTILES)
    return float(low), float(high)
