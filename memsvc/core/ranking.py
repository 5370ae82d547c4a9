"""From evidence to an order: scores that explain themselves, no sentence twice, ties by id."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from memsvc.core.decay import recency
from memsvc.core.lexical import matched_words, searchable
from memsvc.core.model import (
    Breakdown,
    Evidence,
    Memory,
    RankingWeights,
    ScoredMemory,
)

_NOT_WORD = re.compile(r"[\W_]+")


def total(breakdown: Breakdown, weights: RankingWeights) -> float:
    """Return the sum of weight times part."""
    return (
        weights.semantic * breakdown.semantic
        + weights.keyword * breakdown.keyword
        + weights.context * breakdown.context
        + weights.importance * breakdown.importance
        + weights.recency * breakdown.recency
        + weights.confidence * breakdown.confidence
    )


def score(
    memory: Memory, evidence: Evidence, now: datetime, weights: RankingWeights
) -> ScoredMemory:
    """Return *memory* with its score at the time *now*."""
    last_time = max(memory.valid_from_time, memory.refresh_time)
    breakdown = Breakdown(
        semantic=evidence.semantic,
        keyword=evidence.keyword,
        importance=memory.importance,
        recency=recency(last_time, now, weights.recency_half_life),
        confidence=memory.confidence,
    )
    return ScoredMemory(memory, total(breakdown, weights), breakdown)


def sentence_key(content: str) -> str:
    """Return what two texts share if they say the same sentence: case and punctuation aside."""
    return _NOT_WORD.sub(" ", content.casefold()).strip() or content


def without_repetition(ranked: Iterable[ScoredMemory]) -> list[ScoredMemory]:
    """Return *ranked* with the best of each sentence only."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for hit in ranked:
        key = (hit.memory.author, sentence_key(hit.memory.content))
        if key not in seen:
            seen.add(key)
            kept.append(hit)
    return kept


def rank(
    found: Sequence[tuple[Memory, Evidence]],
    now: datetime,
    weights: RankingWeights,
    *,
    limit: int,
    min_score: float | None = None,
) -> list[ScoredMemory]:
    """Return the best *limit* of what was *found*, best first, ties in order of id.

    The same values give the same order, whatever the order of *found*.
    """
    scored = (score(memory, evidence, now, weights) for memory, evidence in found)
    ordered = sorted(scored, key=lambda hit: (-hit.score, hit.memory.memory_id))
    enough = (hit for hit in ordered if min_score is None or hit.score >= min_score)
    return without_repetition(enough)[:limit]


def explained(hits: Sequence[ScoredMemory], query: str) -> list[ScoredMemory]:
    """Return *hits* with the words of *query* that each one contains."""
    explained_hits = []
    for hit in hits:
        text = searchable(hit.memory.author, hit.memory.content)
        matched = matched_words(query, text)
        explained_hits.append(ScoredMemory(hit.memory, hit.score, hit.breakdown, matched))
    return explained_hits
