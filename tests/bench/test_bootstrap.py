"""Intervals: that they hold what they should, and that comparisons are paired."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.bootstrap import estimates


def _columns(*columns: list[float]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array(columns, dtype=np.float64).T


def test_the_same_seed_gives_the_same_intervals() -> None:
    """A report can be repeated; another seed draws other resamples."""
    values, owners = _columns([0, 1, 0.5, 0.2, 0.9]), [0, 0, 0, 1, 1]

    first = estimates(values, owners, resamples=300, seed=1)

    assert estimates(values, owners, resamples=300, seed=1) == first
    assert estimates(values, owners, resamples=300, seed=2) != first


def test_an_interval_is_that_of_the_mean() -> None:
    """For 400 tosses of a fair coin: a half, give or take 1.96 standard errors of 0.025."""
    values = _columns([0.0, 1.0] * 200)

    (coin,) = estimates(values, list(range(400)))

    assert coin.mean == pytest.approx(0.5)
    assert coin.questions == pytest.approx((0.451, 0.549), abs=0.004)


def test_questions_that_resemble_each_other_widen_the_interval() -> None:
    """Two conversations, one all found, one all missed: as good as two questions, not as forty."""
    values = _columns([1.0] * 20 + [0.0] * 20)

    (split,) = estimates(values, ["a"] * 20 + ["b"] * 20, resamples=2_000)

    assert split.conversations == (0, 1)
    assert split.questions[0] > 0.3
    assert split.questions[1] < 0.7


def test_conversations_count_by_their_questions() -> None:
    """The mean is over questions: both intervals lie around it though conversations differ in size."""
    values = _columns([1.0] * 30 + [0.0] * 10)

    (uneven,) = estimates(values, [n % 4 for n in range(40)], resamples=2_000)

    assert uneven.mean == pytest.approx(0.75)
    for low, high in (uneven.questions, uneven.conversations):
        assert 0.5 < low < 0.75 < high < 0.95


def test_differences_are_paired() -> None:
    """A ranker that is better by 0.1 at every question is so in every resample."""
    theirs = [0.0, 0.9, 0.3, 0.5, 0.1, 0.8]
    ours = [value + 0.1 for value in theirs]
    values = _columns(ours, theirs, [0.1] * 6)

    better, worse, difference = estimates(values, [0, 0, 1, 1, 2, 2], resamples=500)

    assert difference.questions == pytest.approx((0.1, 0.1))
    assert difference.conversations == pytest.approx((0.1, 0.1))
    assert np.subtract(better.conversations, worse.conversations) == pytest.approx([0.1, 0.1])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3)), min_size=1, max_size=30),
)
def test_intervals_stay_among_the_values(questions: list[tuple[float, int]]) -> None:
    """No interval leaves the range of the values; low is not above high."""
    values = [value for value, _ in questions]

    (estimate,) = estimates(_columns(values), [owner for _, owner in questions], resamples=100)

    assert estimate.mean == pytest.approx(sum(values) / len(values))
    for low, high in (estimate.questions, estimate.conversations):
        assert min(values) - 1e-9 <= low <= high <= max(values) + 1e-9
