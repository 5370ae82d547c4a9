"""From candidates to an order: scores that explain themselves, ties by id.

Columns of numbers in, columns of numbers out; no clock, no store. Every part of a score lies in
[0, 1] and is scaled over the candidates of one question, so that a weight means the same in each.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from memsvc.core.decay import recency
from memsvc.core.lexical import matched_words, searchable
from memsvc.core.model import (
    KEYWORD_CEILING_SHARE,
    SIMILARITY_CEILING_MIN,
    Breakdown,
    Candidates,
    ContextEvidence,
    Ranked,
    RankingWeights,
    ScoredMemory,
)
from memsvc.core.named_time import NamedTime, closeness
from memsvc.core.provenance import FLAGGED_FACTOR
from memsvc.core.surroundings import Surroundings, named_speakers, scaled, surroundings

Column: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Question:
    """What candidates are ranked by."""

    query: str
    #: The time that the query names, None for none.
    named_time: NamedTime | None
    #: The time from which ages are counted.
    now: datetime
    weights: RankingWeights


@dataclass(frozen=True, slots=True)
class Scores:
    """The parts of the scores of all candidates, and their weighted sums."""

    total: Column
    semantic: Column
    keyword: Column
    context: Column
    importance: Column
    recency: Column
    confidence: Column
    around: Surroundings
    #: Values of the candidates that have an author, nan for the others; None if the query names none.
    speaker: Column | None
    time: Column | None


def scores(candidates: Candidates, question: Question) -> Scores:
    """Return the scores of *candidates*, at least one, in their order."""
    weights = question.weights
    semantic = _semantic(candidates.similarities)
    full_match = float(candidates.idfs[candidates.holders > 0].sum())
    keyword = scaled(candidates.keyword_scores, KEYWORD_CEILING_SHARE * full_match)
    around = surroundings(candidates, semantic, KEYWORD_CEILING_SHARE * full_match)
    speaker = _speaker(candidates.authors, question.query)
    named = question.named_time
    time = None if named is None else closeness(candidates.event_times, named)
    context = _context(around, speaker, time, weights)
    recent = recency(candidates.last_times, question.now, weights.recency_half_life)
    parts = (
        semantic,
        keyword,
        context,
        candidates.importances,
        recent,
        candidates.confidences,
    )
    if candidates.flagged is not None and candidates.flagged.any():
        # Every part, so that they still explain the score.
        left = np.where(candidates.flagged, FLAGGED_FACTOR, 1.0)
        semantic, keyword, context, important, recent, sure = (part * left for part in parts)
    else:
        semantic, keyword, context, important, recent, sure = parts
    summed = (
        weights.semantic * semantic
        + weights.keyword * keyword
        + weights.context * context
        + weights.importance * important
        + weights.recency * recent
        + weights.confidence * sure
    )
    return Scores(
        summed,
        semantic,
        keyword,
        context,
        important,
        recent,
        sure,
        around,
        speaker,
        time,
    )


@dataclass(frozen=True, slots=True)
class Ranking:
    """Candidates in order, best first; what is not looked at is not built."""

    candidates: Candidates
    scores: Scores
    #: Rows of the candidates.
    order: NDArray[np.intp]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.order)

    def part(self, start: int, stop: int) -> list[Ranked]:
        """Return those from the place *start*, from 0, to just before *stop*."""
        return [_ranked(self.candidates, self.scores, int(row)) for row in self.order[start:stop]]


def rank(candidates: Candidates, question: Question, *, min_score: float | None = None) -> Ranking:
    """Return *candidates*, at least one, best first, ties in order of id.

    One without a vector that holds no term of the query, nor has a neighbour that does, has nothing
    to do with it and is left out. The same values give the same order, whatever theirs was.
    """
    found = scores(candidates, question)
    related = ~np.isnan(candidates.similarities) | (found.around.neighbour_keyword > 0)
    if min_score is not None:
        related &= found.total >= min_score
    order = np.lexsort((candidates.ids[:, 1], candidates.ids[:, 0], -found.total))
    return Ranking(candidates, found, order[related[order]])


def explained(hits: Sequence[ScoredMemory], query: str) -> list[ScoredMemory]:
    """Return *hits* with the words of *query* that each one contains."""
    return [
        replace(
            hit,
            matched_terms=matched_words(query, searchable(hit.memory.author, hit.memory.content)),
        )
        for hit in hits
    ]


def _ranked(candidates: Candidates, found: Scores, row: int) -> Ranked:
    around = found.around
    return Ranked(
        candidates.memory_id(row),
        float(found.total[row]),
        Breakdown(
            semantic=float(found.semantic[row]),
            keyword=float(found.keyword[row]),
            context=float(found.context[row]),
            importance=float(found.importance[row]),
            recency=float(found.recency[row]),
            confidence=float(found.confidence[row]),
        ),
        ContextEvidence(
            neighbour_semantic=float(around.neighbour_semantic[row]),
            neighbour_keyword=float(around.neighbour_keyword[row]),
            conversation_semantic=float(around.conversation_semantic[row]),
            conversation_keyword=float(around.conversation_keyword[row]),
            speaker=_present(found.speaker, row),
            time=_present(found.time, row),
            neighbours=[candidates.memory_id(beside) for beside in around.speaking(row)],
        ),
    )


def _present(column: Column | None, row: int) -> float | None:
    return None if column is None or np.isnan(column[row]) else float(column[row])


def _semantic(similarities: Column) -> Column:
    """Return cosines as shares of the best one; what points away counts as unrelated."""
    return scaled(np.nan_to_num(similarities, nan=0.0).clip(min=0.0), SIMILARITY_CEILING_MIN)


def _speaker(authors: Sequence[str], query: str) -> Column | None:
    named = named_speakers(set(authors), query)
    if not named:
        return None
    return np.array([(author in named) if author else np.nan for author in authors], np.float64)


def _context(
    around: Surroundings, speaker: Column | None, time: Column | None, weights: RankingWeights
) -> Column:
    """Return the weighted mean of the parts that apply to each candidate."""
    share = weights.context_weights
    parts: Iterable[tuple[float, Column | None]] = (
        (share.neighbour_semantic, around.neighbour_semantic),
        (share.neighbour_keyword, around.neighbour_keyword),
        (share.conversation_semantic, around.conversation_semantic),
        (share.conversation_keyword, around.conversation_keyword),
        (share.speaker, speaker),
        (share.time, time),
    )
    summed = np.zeros(len(around.neighbour_semantic))
    shares = np.zeros(len(summed))
    for weight, column in parts:
        if column is not None:
            applies = ~np.isnan(column)
            summed += weight * np.where(applies, column, 0.0)
            shares += weight * applies
    return np.divide(summed, shares, out=np.zeros_like(summed), where=shares > 0)
