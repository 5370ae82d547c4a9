"""How far a mean over questions may be off: 95 % intervals by resampling (Efron 1979).

Two intervals are given. The one over questions asks what other questions to the same conversations
would have given. The one over conversations draws conversations first and questions within them
second: questions to one conversation resemble each other, so it is wider, and the more honest one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

RESAMPLES: Final = 10_000
SEED: Final = 7
#: The ends of the intervals.
PERCENTILES: Final = (2.5, 97.5)
#: Resamples that are held at once: a row of counts, one for each question, for each of them.
_CHUNK: Final = 1_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over questions with its two intervals, each as (low, high)."""

    mean: float
    questions: tuple[float, float]
    conversations: tuple[float, float]


def estimates(
    values: Values, conversations: Sequence[object], *, resamples: int = RESAMPLES, seed: int = SEED
) -> list[Estimate]:
    """Return the estimate of each column of *values*, whose rows are questions, at least one.

    *conversations* holds each question's conversation. All columns see the same resamples, so a
    column of differences gives the interval of a paired comparison.
    """
    members = [np.flatnonzero(each) for each in _memberships(conversations)]
    generator = np.random.default_rng(seed)
    by_question = _intervals(values, _question_counts(generator, len(values), resamples))
    by_conversation = _intervals(values, _conversation_counts(generator, members, resamples))
    return list(map(Estimate, values.mean(axis=0).tolist(), by_question, by_conversation))


def _memberships(conversations: Sequence[object]) -> Iterator[list[bool]]:
    for conversation in dict.fromkeys(conversations):
        yield [each == conversation for each in conversations]


def _intervals(values: Values, all_counts: Iterator[Values]) -> list[tuple[float, float]]:
    """Return each column's interval, given how often each resample holds each question."""
    means = np.concatenate([
        counts @ values / counts.sum(axis=1, keepdims=True) for counts in all_counts
    ])
    low, high = np.percentile(means, PERCENTILES, axis=0).tolist()
    return list(zip(low, high, strict=True))


def _question_counts(
    generator: np.random.Generator, questions: int, resamples: int
) -> Iterator[Values]:
    for size in _chunks(resamples):
        counts = generator.multinomial(questions, _even(questions), size=size)
        yield counts.astype(np.float64)


def _conversation_counts(
    generator: np.random.Generator, members: Sequence[NDArray[np.intp]], resamples: int
) -> Iterator[Values]:
    """Yield counts of questions, where a conversation that is drawn twice is resampled twice."""
    questions = sum(map(len, members))
    for size in _chunks(resamples):
        drawn = generator.multinomial(len(members), _even(len(members)), size=size)
        counts = np.empty((size, questions))
        for times, places in zip(drawn.T, members, strict=True):
            counts[:, places] = generator.multinomial(times * len(places), _even(len(places)))
        yield counts


def _chunks(resamples: int) -> Iterator[int]:
    for start in range(0, resamples, _CHUNK):
        yield min(_CHUNK, resamples - start)


def _even(count: int) -> Values:
    return np.full(count, 1 / count)
