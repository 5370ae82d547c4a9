"""The rivals, on texts whose order can be seen."""

from __future__ import annotations

import numpy as np
import pytest

from bench.rivals import RANKERS, rank, scaled
from examples.usual_hybrid import UsualHybrid

TEXTS = ["The kettle sings.", "A red kite flies.", "Kites, kites and a kettle!"]
#: The first text is the closest in meaning to the question, the second the farthest.
VECTORS = np.array([[1, 0], [0, 1], [0.6, 0.8]], np.float32)
QUESTION = np.array([1, 0], np.float32)


def test_scores_are_scaled_to_the_unit_interval() -> None:
    """The best becomes 1, the worst 0, distances stay in proportion; equals say nothing."""
    assert scaled(np.array([-1, 0, 3], np.float32)).tolist() == [0, 0.25, 1]
    assert scaled(np.array([2, 2], np.float32)).tolist() == [0, 0]


def test_each_ranker_ranks_by_what_it_sees() -> None:
    """Cosine by the vectors, BM25 by the word (others unranked), convex by the sum of both."""
    rankings = dict(
        zip(RANKERS, rank(UsualHybrid(TEXTS, VECTORS), "Which kite?", QUESTION), strict=True)
    )

    assert rankings["cosine"] == [0, 2, 1]
    assert rankings["BM25"] == [2, 1]
    # 1 + 0, 0 + a part, 0.6 + 1.
    assert rankings["convex"] == [2, 0, 1]
    assert rankings["RRF"] == [2, 1, 0]


@pytest.mark.parametrize("question", ["", "the and of"])
def test_a_question_without_words_is_ranked_by_meaning(question: str) -> None:
    """No term, no keyword score: every fusion keeps the order of the cosines."""
    rankings = rank(UsualHybrid(TEXTS, VECTORS), question, QUESTION)

    assert rankings == [[0, 2, 1], [], [0, 2, 1], [0, 2, 1]]
