"""Recall without a part of the score, to see what the part is worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from memsvc_client import RankingWeights

#: Before the name of a part of the context.
CONTEXT: Final = "context."
#: The parts of a score that change nothing of what the words and the meaning say.
BESIDE_WORDS_AND_MEANING: Final = ("context", "importance", "recency", "confidence")
_PARTS: Final = ("semantic", "keyword", *BESIDE_WORDS_AND_MEANING)
_CONTEXT_PARTS: Final = (
    "neighbour_semantic",
    "neighbour_keyword",
    "conversation_semantic",
    "conversation_keyword",
    "speaker",
    "time",
)
#: The parts that are switched off, by the name of what is then measured.
ABLATIONS: Final[Mapping[str, tuple[str, ...]]] = {
    **{f"without {part}": (part,) for part in _PARTS},
    **{f"without {part}": (f"{CONTEXT}{part}",) for part in _CONTEXT_PARTS},
    "words and meaning only": BESIDE_WORDS_AND_MEANING,
    "no dense": (
        "semantic",
        f"{CONTEXT}neighbour_semantic",
        f"{CONTEXT}conversation_semantic",
    ),
    "no lexical": (
        "keyword",
        f"{CONTEXT}neighbour_keyword",
        f"{CONTEXT}conversation_keyword",
    ),
}


def weights_without(parts: Iterable[str]) -> RankingWeights:
    """Return weights with 0 for *parts*, all others left to the server."""
    weights = RankingWeights()
    for part in parts:
        if part.startswith(CONTEXT):
            setattr(weights.context_weights, part.removeprefix(CONTEXT), 0.0)
        else:
            setattr(weights, part, 0.0)
    return weights
