"""The demo's figures, on ranks counted by hand."""

from __future__ import annotations

import pytest

from examples.locomo import CUTS, score_of, summaries_by, summary_of
from examples.usual_hybrid import fused


def test_a_score_tells_where_the_evidence_stands() -> None:
    """Two of three turns, at the places 2 and 6: none at 1, one at 5, both from 10 on."""
    score = score_of(["x", "a", "y", "z", "w", "b"], ["a", "b", "c"])

    assert score.ranks == (2, 6, 0)
    assert score.rank == 2
    assert score.reciprocal_rank == pytest.approx(1 / 2)
    assert score.recall == pytest.approx({1: 0, 5: 1 / 3, 10: 2 / 3, 20: 2 / 3})


def test_evidence_named_twice_counts_once() -> None:
    """The share is of different turns."""
    assert score_of(["a"], ["a", "a"]).recall[1] == 1


def test_what_comes_after_the_last_cut_is_not_found() -> None:
    """A ranker that returns more results gains nothing by it."""
    score = score_of([*("x" * CUTS[-1]), "a"], ["a"])

    assert score.rank is None
    assert score.reciprocal_rank == 0
    assert set(score.recall.values()) == {0}


def test_a_result_that_is_no_turn_keeps_its_place() -> None:
    """Whatever else was returned first pushes the evidence down."""
    assert score_of(["", "", "a"], ["a"]).rank == 3


def test_a_summary_is_the_mean_over_questions() -> None:
    """Every question weighs the same; a missed one counts as 0."""
    ranks = [["a"], [*("x" * 10), "a"], ["x"], ["x", "a"]]

    summary = summary_of([score_of(found, ["a"]) for found in ranks])

    assert summary.questions == 4
    assert summary.recall == pytest.approx({1: 1 / 4, 5: 2 / 4, 10: 2 / 4, 20: 3 / 4})
    assert summary.any_at_10 == pytest.approx(2 / 4)
    assert summary.mrr == pytest.approx((1 + 1 / 11 + 0 + 1 / 2) / 4)


def test_groups_hold_each_question_once() -> None:
    """Kinds come in the order in which they first occur, with their own questions only."""
    scores = [score_of(["a"], ["a"]), score_of(["x"], ["a"]), score_of(["a"], ["a"])]

    groups = summaries_by(["time", "single", "time"], scores)

    assert list(groups) == ["time", "single"]
    assert groups["time"].questions == 2
    assert groups["time"].mrr == 1
    assert groups["single"].mrr == 0


def test_fusion_adds_reciprocal_ranks() -> None:
    """With k = 60: 2nd and 1st beat 1st alone, and equals come in order of place."""
    assert fused([[0, 1], [1]]) == [1, 0]
    assert fused([[0, 2], [2, 0]]) == [0, 2]
    assert fused([[], [3]]) == [3]
