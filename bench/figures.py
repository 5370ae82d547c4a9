"""The figures of one question: how well its turns were found, and the sessions that hold them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from bench.bootstrap import Values
from examples.locomo import Conversation, Question
from examples.usual_hybrid import Found
from memsvc.core.evaluation import CUTS, Metrics, metrics_of, ranks_of

#: How many sessions are looked at.
SESSIONS_MAX: Final = CUTS[-1]
#: Turns that a ranker is asked for, the most that Recall gives: the first sessions take more turns
#: than the first turns do.
DEPTH: Final = 100
#: The place of "any of the evidence".
ANY_CUT: Final = 10


def figure_names(limit: int) -> tuple[str, ...]:
    """Return the names of the figures where *limit* turns count."""
    turns = (*(f"recall@{cut}" for cut in _cuts(limit)), f"any@{ANY_CUT}", "nDCG@10", "MRR")
    return (*turns, *(f"session recall@{cut}" for cut in CUTS), "session MRR")


def figures_of(
    found: Sequence[str], question: Question, session_of: Mapping[str, str], limit: int
) -> tuple[float, ...]:
    """Return the figures of one *question*, as `figure_names` names them.

    *found* holds turns, best first, of which the first *limit* count; *session_of* tells each
    turn's session.
    """
    turns = metrics_of(ranks_of(found[:limit], question.evidence), _cuts(limit))
    evidence = sessions_in_order(question.evidence, session_of)
    sessions = sessions_in_order(found, session_of)[:SESSIONS_MAX]
    among_sessions = metrics_of(ranks_of(sessions, evidence))
    return (
        *_recalls(turns),
        turns.at(ANY_CUT).any,
        turns.ndcg,
        turns.mean_reciprocal_rank,
        *_recalls(among_sessions),
        among_sessions.mean_reciprocal_rank,
    )


def sessions_in_order(turn_ids: Iterable[str], session_of: Mapping[str, str]) -> list[str]:
    """Return the sessions of the turns, in the order in which they first appear.

    What is no turn of the conversation belongs to none.
    """
    return list(dict.fromkeys(session_of[turn] for turn in turn_ids if turn in session_of))


def tables_of(found: Found, conversations: Sequence[Conversation], limit: int) -> dict[str, Values]:
    """Return each ranker's figures: a row for each question of all conversations, in order."""
    asked = [
        (question, session_of)
        for conversation in conversations
        for session_of in [{turn.turn_id: turn.session_id for turn in conversation.turns}]
        for question in conversation.questions
    ]
    return {
        name: np.array([
            figures_of(turns, question, session_of, limit)
            for turns, (question, session_of) in zip(answers, asked, strict=True)
        ])
        for name, answers in found.items()
    }


def _cuts(limit: int) -> tuple[int, ...]:
    return tuple(cut for cut in CUTS if cut <= limit)


def _recalls(metrics: Metrics) -> tuple[float, ...]:
    return tuple(cut.recall for cut in metrics.cuts)
