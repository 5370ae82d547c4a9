"""What memsvc is measured against: the usual rankers, on the same texts and the same embeddings.

Cosine similarity of the turn, BM25 of the turn, and two fusions of both: by reciprocal rank, and
as the mean of both scores, each scaled to [0, 1] over the turns of the conversation. Each of them
ranks the bare turns, and the turns with the speaker's name before them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from examples.locomo import Conversation, batches
from examples.usual_hybrid import Found, UsualHybrid, Vectors, ordered
from memsvc.core.lexical import searchable
from memsvc.providers.embedding import Embedder

#: The rankers, in the order of their rankings.
RANKERS: Final = ("cosine", "BM25", "RRF", "convex")
#: Put after a ranker's name where the speaker's name stands before each turn.
WITH_SPEAKER: Final = " + speaker"
RIVALS: Final = tuple(ranker + suffix for ranker in RANKERS for suffix in ("", WITH_SPEAKER))
_BATCH: Final = 64


@dataclass(frozen=True, slots=True)
class Rivals:
    """Ranks the turns of conversations for their questions."""

    embedder: Embedder
    #: How many turns are found for a question, at most.
    limit: int
    #: Called with how many texts were embedded since the last call.
    advance: Callable[[int], object]

    async def found(self, conversations: Sequence[Conversation]) -> Found:
        """Return what each of RIVALS finds for the questions of all conversations, in order."""
        found: Found = {name: [] for name in RIVALS}
        for conversation in conversations:
            turns = conversation.turns
            texts = {
                "": [turn.content for turn in turns],
                WITH_SPEAKER: [searchable(turn.speaker, turn.content) for turn in turns],
            }
            hybrids = {
                suffix: UsualHybrid(each, await self._embed(each)) for suffix, each in texts.items()
            }
            for question in conversation.questions:
                vector = await self.embedder.embed_query(question.text)
                self.advance(1)
                for suffix, hybrid in hybrids.items():
                    rankings = rank(hybrid, question.text, vector)
                    for ranker, ranking in zip(RANKERS, rankings, strict=True):
                        best = (turns[place].turn_id for place in ranking[: self.limit])
                        found[ranker + suffix].append(tuple(best))
        return found

    async def _embed(self, texts: Sequence[str]) -> Vectors:
        parts = []
        for batch in batches(texts, _BATCH):
            parts.append(await self.embedder.embed(batch))
            self.advance(len(batch))
        return np.concatenate(parts)


def rank(hybrid: UsualHybrid, question: str, vector: Vectors) -> list[list[int]]:
    """Return the places of the texts, best first, for each of RANKERS."""
    convex = scaled(hybrid.cosines(vector)) + scaled(hybrid.keyword_scores(question))
    return [*hybrid.rank(question, vector), ordered(convex)]


def scaled(scores: Vectors) -> Vectors:
    """Return *scores* moved and stretched to [0, 1]; all 0 if they are all the same."""
    low, high = scores.min(), scores.max()
    return (scores - low) / (high - low) if high > low else np.zeros_like(scores)


def texts_to_embed(conversations: Sequence[Conversation]) -> int:
    """Return how many texts `Rivals.found` embeds."""
    return sum(len(each.questions) + 2 * len(each.turns) for each in conversations)
