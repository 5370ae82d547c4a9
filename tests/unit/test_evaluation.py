"""The metrics of rankings, on cases counted by hand and as laws over all rankings."""

from __future__ import annotations

import random
from math import log2
from typing import Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from memsvc.core.evaluation import (
    CUTS,
    CutMetrics,
    Metrics,
    any_at,
    mean_of,
    metrics_of,
    ndcg_at,
    ranks_of,
    recall_at,
    reciprocal_rank,
)

#: The places of a query's relevant ids: different ones, 0 for what was not found.
RANKS: Final = st.builds(
    lambda places, missed: [*places, *[0] * missed],
    st.lists(st.integers(1, 30), unique=True, max_size=8),
    st.integers(0, 4),
)
CUT: Final = st.integers(1, 30)


def _figures(metrics: Metrics) -> list[float]:
    cuts = [figure for cut in metrics.cuts for figure in (cut.recall, cut.any)]
    return [*cuts, metrics.mean_reciprocal_rank, metrics.ndcg]


def test_ranks_are_the_places_of_the_relevant_ids() -> None:
    """In the order of the relevant ids; 0 for one not found; the first place of one found twice."""
    assert ranks_of(["x", "a", "b", "a"], ["b", "a", "c"]) == (3, 2, 0)
    assert ranks_of([], ["a"]) == (0,)
    assert ranks_of(["a"], []) == ()


def test_recall_is_the_share_found_so_far() -> None:
    """Two of three, at 2 and 6: none at 1, one third at 5, two thirds from 6 on."""
    ranks = (2, 6, 0)

    assert [recall_at(ranks, cut) for cut in (1, 5, 6, 20)] == [0, 1 / 3, 2 / 3, 2 / 3]
    assert [any_at(ranks, cut) for cut in (1, 2, 20)] == [0, 1, 1]


def test_the_reciprocal_rank_is_that_of_the_first_found() -> None:
    """Places that were not found do not count as the place 0."""
    assert reciprocal_rank((0, 4, 2)) == pytest.approx(1 / 2)
    assert reciprocal_rank((0, 0)) == 0


def test_ndcg_is_the_gain_over_the_best_gain_possible() -> None:
    """Two of two at 1 and 3: (1 + 1/log2 4) over (1 + 1/log2 3); only the cut's places count."""
    assert ndcg_at((3, 1)) == pytest.approx((1 + 1 / 2) / (1 + 1 / log2(3)))
    assert ndcg_at((11,)) == 0
    # Twelve relevant ids cannot all stand among ten places: filling them is all one can do.
    assert ndcg_at((*range(1, 11), 0, 0)) == pytest.approx(1)


def test_two_names_of_one_result_gain_once() -> None:
    """An id of the message and one of its memory stand at the same place: nDCG stays below 1."""
    assert ndcg_at((1, 1)) == pytest.approx(1 / (1 + 1 / log2(3)))


def test_nothing_relevant_is_zero() -> None:
    """A query without relevant ids has no share to find; it counts as 0 and never fails."""
    assert set(_figures(metrics_of(()))) == {0}


def test_the_mean_of_none_is_zero() -> None:
    """No query: every cut is there, every figure 0; parts without queries change nothing."""
    none = mean_of([])
    one = metrics_of((1,))

    assert none == Metrics(0, tuple(CutMetrics(cut, 0, 0) for cut in CUTS), 0, 0)
    assert mean_of([none, one, none]) == one


def test_the_mean_weighs_every_query_the_same() -> None:
    """A batch of three counts three times as much as a single query."""
    batch = mean_of([metrics_of((1,)), metrics_of((1,)), metrics_of((0,))])

    whole = mean_of([batch, metrics_of((2,))])

    assert whole.query_count == 4
    assert [whole.at(cut).recall for cut in CUTS] == pytest.approx([2 / 4, 3 / 4, 3 / 4, 3 / 4])
    assert whole.at(1).any == pytest.approx(2 / 4)
    assert whole.mean_reciprocal_rank == pytest.approx((1 + 1 + 0 + 1 / 2) / 4)


def test_a_cut_that_was_not_taken_is_refused() -> None:
    """Means are never made up for cuts that a part does not have."""
    short = metrics_of((1,), cuts=(1, 5))

    assert [cut.cut for cut in short.cuts] == [1, 5]
    assert mean_of([short], cuts=(1, 5)) == short
    with pytest.raises(KeyError):
        mean_of([short])


@given(RANKS)
def test_figures_are_shares(ranks: list[int]) -> None:
    """Everything lies in [0, 1] and grows with the cut; any is 1 just where recall is not 0."""
    metrics = metrics_of(ranks)

    assert all(0 <= figure <= 1 for figure in _figures(metrics))
    recalls = [cut.recall for cut in metrics.cuts]
    assert recalls == sorted(recalls)
    assert all(cut.any == (cut.recall > 0) for cut in metrics.cuts)
    assert all(cut.any <= cut.recall * len(ranks) for cut in metrics.cuts)


@given(RANKS, CUT)
def test_the_order_of_relevant_ids_does_not_matter(ranks: list[int], cut: int) -> None:
    """They are a set."""
    other = random.Random(0).sample(ranks, len(ranks))

    assert ndcg_at(ranks, cut) == ndcg_at(other, cut)
    assert metrics_of(ranks) == metrics_of(other)


@given(RANKS, CUT, st.data())
def test_a_better_place_is_never_worse(ranks: list[int], cut: int, data: st.DataObject) -> None:
    """Moving one relevant id to a free better place lowers no figure."""
    movable = [i for i, rank in enumerate(ranks) if rank != 1]
    free = sorted(set(range(1, 31)) - set(ranks))
    assume(movable)
    moved = data.draw(st.sampled_from(movable))
    better = data.draw(st.sampled_from(free))
    assume(not 0 < ranks[moved] < better)
    improved = [better if i == moved else rank for i, rank in enumerate(ranks)]

    assert recall_at(improved, cut) >= recall_at(ranks, cut)
    assert reciprocal_rank(improved) >= reciprocal_rank(ranks)
    assert ndcg_at(improved, cut) >= ndcg_at(ranks, cut) - 1e-12


@given(st.integers(1, 15), CUT)
def test_the_best_ranking_has_ndcg_one(relevant: int, cut: int) -> None:
    """All relevant ids first, in any number, for any cut."""
    assert ndcg_at(range(1, relevant + 1), cut) == pytest.approx(1)


@given(st.lists(RANKS, max_size=12), st.integers(0, 12))
def test_batches_merge_to_the_whole(queries: list[list[int]], split: int) -> None:
    """However queries are cut into batches, the mean of the batches is the mean of all."""
    figures = [metrics_of(ranks) for ranks in queries]

    merged = mean_of([mean_of(figures[:split]), mean_of(figures[split:])])

    assert merged.query_count == len(queries)
    assert _figures(merged) == pytest.approx(_figures(mean_of(figures)))
    assert mean_of(reversed(figures)) == mean_of(figures)
