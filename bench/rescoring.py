"""Explained answers ranked again under other weights, without asking the server again.

Recall tells the parts of each score before their weights, so a score under other weights is
arithmetic, the same that `memsvc.core.ranking` does: the sum of weight times part, where the context
is the mean of its parts that apply, weighted in turn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from bench.locomo import turn_id
from examples.locomo import Conversation, Question
from memsvc.core.evaluation import CUTS
from memsvc_client import RankingWeights, RecallResponse, ScoredMemory

Values = NDArray[np.float64]
Weights = tuple[float, ...]

#: The parts of a score, in the order in which the server adds them up.
PARTS: Final = ("semantic", "keyword", "context", "importance", "recency", "confidence")
CONTEXT_PARTS: Final = (
    "neighbour_semantic",
    "neighbour_keyword",
    "conversation_semantic",
    "conversation_keyword",
    "speaker",
    "time",
)
CONTEXT: Final = PARTS.index("context")
#: Of the weights, in their order.
NAMES: Final = (*PARTS, *(f"context.{part}" for part in CONTEXT_PARTS))
#: Parts that an answer leaves out where they do not apply.
_OPTIONAL: Final = frozenset({"speaker", "time"})
#: What is looked at of an order.
FIGURES: Final = ("recall@5", "recall@10", "MRR", "session recall@10")
#: What one figure is worth beside the others in the choice of weights.
WORTHS: Final = (0.3, 1.0, 0.5, 1.0)
#: Results that count for the MRR, as in `bench.locomo`.
_DEPTH: Final = CUTS[-1]
_SESSIONS: Final = 10


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers to questions; results in order of their ids, as ties are."""

    #: Shape (questions, results, parts); what is no result has nan as its parts.
    parts: Values
    #: Shape (questions, results, context parts); nan for what does not apply.
    context: Values
    #: Whether there is a result, and whether it is evidence; shape (questions, results).
    present: NDArray[np.bool_]
    relevant: NDArray[np.bool_]
    #: How much evidence each question has, found or not.
    evidence: NDArray[np.int64]
    #: The number of each result's session; the number of sessions for none.
    sessions: NDArray[np.int64]
    #: Whether a session holds evidence; shape (questions, sessions).
    relevant_sessions: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Answer:
    """One question with the explained results of its answer."""

    question: Question
    conversation: Conversation
    results: Sequence[ScoredMemory]


def weights_of(reply: RecallResponse) -> Weights:
    """Return the weights that the server applied, as NAMES names them."""
    return _weights(reply.weights)


def _weights(given: RankingWeights) -> Weights:
    return (
        *(getattr(given, part) for part in PARTS),
        *(getattr(given.context_weights, part) for part in CONTEXT_PARTS),
    )


def answers_of(answered: Sequence[Answer]) -> Answers:
    """Return *answered*, at least one with a result, as columns."""
    ordered = [sorted(each.results, key=_id_of) for each in answered]
    shape = (len(answered), max(map(len, ordered)))
    numbers = [_session_numbers(each.conversation) for each in answered]
    sessions = max(map(len, numbers))
    found = Answers(
        parts=np.full((*shape, len(PARTS)), np.nan),
        context=np.full((*shape, len(CONTEXT_PARTS)), np.nan),
        present=np.zeros(shape, np.bool_),
        relevant=np.zeros(shape, np.bool_),
        evidence=np.array([len(each.question.evidence) for each in answered]),
        sessions=np.full(shape, sessions),
        relevant_sessions=np.zeros((len(answered), sessions), np.bool_),
    )
    for row, (each, results, number_of) in enumerate(zip(answered, ordered, numbers, strict=True)):
        session_of = {turn.turn_id: turn.session_id for turn in each.conversation.turns}
        evidence = frozenset(each.question.evidence)
        for turn in evidence:
            found.relevant_sessions[row, number_of[session_of[turn]]] = True
        for place, hit in enumerate(results):
            found.parts[row, place] = [getattr(hit.breakdown, part) for part in PARTS]
            found.context[row, place] = [_context_part(hit, part) for part in CONTEXT_PARTS]
            found.present[row, place] = True
            turn = turn_id(hit, frozenset(session_of))
            found.relevant[row, place] = turn in evidence
            if turn:
                found.sessions[row, place] = number_of[session_of[turn]]
    return found


def _id_of(hit: ScoredMemory) -> int:
    return UUID(hit.memory.memory_id).int


def _session_numbers(conversation: Conversation) -> Mapping[str, int]:
    sessions = dict.fromkeys(turn.session_id for turn in conversation.turns)
    return {session: number for number, session in enumerate(sessions)}


def _context_part(hit: ScoredMemory, part: str) -> float:
    if part in _OPTIONAL and not hit.context.HasField(part):
        return np.nan
    return float(getattr(hit.context, part))


def scores(answers: Answers, weights: Weights) -> Values:
    """Return the score of each result under *weights*, -inf for what is no result.

    Added up in the server's order, so that equal scores are equal here too.
    """
    own, shares = weights[: len(PARTS)], weights[len(PARTS) :]
    summed = np.zeros(answers.present.shape)
    for number, weight in enumerate(own):
        part = context(answers, shares) if number == CONTEXT else answers.parts[:, :, number]
        summed += weight * part
    return np.where(answers.present, summed, -np.inf)


def context(answers: Answers, shares: Sequence[float]) -> Values:
    """Return the mean of the context's parts that apply, weighted by *shares*."""
    summed = np.zeros(answers.present.shape)
    total = np.zeros(answers.present.shape)
    for number, share in enumerate(shares):
        part = answers.context[:, :, number]
        applies = ~np.isnan(part)
        summed += share * np.where(applies, part, 0.0)
        total += share * applies
    return np.divide(summed, total, out=np.zeros_like(summed), where=total > 0)


def order(answers: Answers, weights: Weights) -> NDArray[np.intp]:
    """Return each question's results, best first under *weights*, ties in order of their ids."""
    return np.argsort(-scores(answers, weights), axis=1, kind="stable")


def figures(answers: Answers, weights: Weights) -> Values:
    """Return each question's figures, as FIGURES names them, under *weights*."""
    best_first = order(answers, weights)
    hits = np.take_along_axis(answers.relevant, best_first, axis=1)
    counted = hits[:, :_DEPTH]
    first = np.argmax(counted, axis=1)
    reciprocal = np.where(counted.any(axis=1), 1 / (first + 1), 0.0)
    return np.column_stack([
        hits[:, :5].sum(axis=1) / answers.evidence,
        hits[:, :10].sum(axis=1) / answers.evidence,
        reciprocal,
        _session_recall(answers, best_first),
    ])


def _session_recall(answers: Answers, best_first: NDArray[np.intp]) -> Values:
    """Return the share of the evidence's sessions among the first _SESSIONS.

    Sessions stand in the order of their best results.
    """
    questions, results = best_first.shape
    count = answers.relevant_sessions.shape[1]
    place = np.full((questions, count + 1), results)
    ordered = np.take_along_axis(answers.sessions, best_first, axis=1)
    rows = np.broadcast_to(np.arange(questions)[:, None], ordered.shape)
    places = np.broadcast_to(np.arange(results), ordered.shape)
    np.minimum.at(place, (rows, ordered), places)
    # The last one stands for no session.
    place = place[:, :count]
    better = (place[:, :, None] > place[:, None, :]).sum(axis=2)
    found = answers.relevant_sessions & (place < results) & (better < _SESSIONS)
    share: Values = found.sum(axis=1) / answers.relevant_sessions.sum(axis=1)
    return share


def objective(of_questions: Values) -> Values:
    """Return what each question's figures are worth together."""
    worth: Values = of_questions @ np.array(WORTHS)
    return worth
