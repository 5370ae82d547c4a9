"""The figures of a question, counted by hand."""

from __future__ import annotations

import pytest

from bench.figures import figure_names, figures_of, sessions_in_order
from examples.locomo import Question

#: Three sessions of two turns each.
SESSION_OF = {"D1:1": "s1", "D1:2": "s1", "D2:1": "s2", "D2:2": "s2", "D3:1": "s3", "D3:2": "s3"}


def _figures(found: list[str], *evidence: str, limit: int = 20) -> dict[str, float]:
    question = Question("", "", "", evidence)
    figures = figures_of(found, question, SESSION_OF, limit)
    return dict(zip(figure_names(limit), figures, strict=True))


def test_sessions_stand_where_their_first_turn_stands() -> None:
    """Each session once; what is no turn belongs to none and takes no place among sessions."""
    found = ["D2:2", "", "D2:1", "D1:1", "D2:2", "D3:1"]

    assert sessions_in_order(found, SESSION_OF) == ["s2", "s1", "s3"]


def test_turns_and_sessions_are_counted_apart() -> None:
    """The evidence's turn stands at 4, behind its own session's other turn: its session at 2."""
    figures = _figures(["D2:1", "D1:2", "D2:2", "D1:1"], "D1:1")

    assert figures["recall@1"] == 0
    assert figures["recall@5"] == 1
    assert figures["MRR"] == pytest.approx(1 / 4)
    assert figures["session recall@1"] == 0
    assert figures["session recall@5"] == 1
    assert figures["session MRR"] == pytest.approx(1 / 2)


def test_evidence_in_one_session_is_one_session() -> None:
    """Three turns in two sessions: a found session counts for a half, not for two thirds."""
    figures = _figures(["D1:1"], "D1:1", "D1:2", "D3:1")

    assert figures["recall@20"] == pytest.approx(1 / 3)
    assert figures["any@10"] == 1
    assert figures["session recall@20"] == pytest.approx(1 / 2)


def test_turns_count_up_to_the_limit_and_sessions_beyond_it() -> None:
    """A turn behind the limit is not found; its session is, if it is among the first sessions."""
    found = ["D1:1", "D1:2", *[""] * 8, "D2:1"]

    figures = _figures(found, "D2:2", "D2:1", limit=10)

    assert "recall@20" not in figures
    assert figures["recall@10"] == figures["MRR"] == figures["nDCG@10"] == 0
    assert figures["session MRR"] == pytest.approx(1 / 2)
