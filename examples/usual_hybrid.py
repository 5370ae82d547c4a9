"""What memsvc is compared with: cosine similarity, BM25, and their fusion by rank.

The fusion is the usual "hybrid" search: reciprocal rank fusion (Cormack et al. 2009) with k = 60.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import bm25s
import numpy as np
import Stemmer
from numpy.typing import NDArray

from examples.locomo import CUTS, Conversation, batches
from memsvc.providers.local_embedding import LocalEmbedder

Vectors = NDArray[np.float32]
#: The turns found for each question, best first, by the ranker's name.
Found = dict[str, list[tuple[str, ...]]]
#: Called with how many texts were done since the last call.
Advance = Callable[[int], None]

FUSION_K: Final = 60
RANKERS: Final = ("cosine", "BM25", "RRF (usual hybrid)")
#: Put after a ranker's name where it ranks the bare turns.
WITHOUT_NAMES: Final = ", no names"
_BATCH: Final = 64


class UsualHybrid:
    """Ranks the texts of one conversation."""

    def __init__(self, texts: Sequence[str], vectors: Vectors) -> None:
        """Index *texts*, whose embeddings are the rows of *vectors*, of length 1."""
        self._vectors = vectors
        self._stemmer: Any = Stemmer.Stemmer("english")
        self._keywords: Any = bm25s.BM25()
        self._keywords.index(self._terms(texts), show_progress=False)

    def rank(self, question: str, vector: Vectors) -> list[list[int]]:
        """Return the places of the texts, best first, for each of RANKERS."""
        cosine = ordered(self.cosines(vector))
        keyword_scores = self.keyword_scores(question)
        # What shares no term with the question has no rank.
        keyword = [place for place in ordered(keyword_scores) if keyword_scores[place] > 0]
        return [cosine, keyword, fused([cosine, keyword])]

    def cosines(self, vector: Vectors) -> Vectors:
        """Return the cosine of each text with the *vector* of a question."""
        cosines: Vectors = self._vectors @ vector
        return cosines

    def keyword_scores(self, question: str) -> Vectors:
        """Return the BM25 score of each text, 0 for those that share no term with *question*."""
        terms = self._terms([question])[0]
        if not terms:
            return np.zeros(len(self._vectors), np.float32)
        scores: Vectors = self._keywords.get_scores(terms)
        return scores

    def _terms(self, texts: Sequence[str]) -> list[list[str]]:
        terms: list[list[str]] = bm25s.tokenize(
            list(texts),
            # The longer list of stop words: BM25 does better with it than with "en".
            stopwords="en_plus",
            stemmer=self._stemmer,
            return_ids=False,
            show_progress=False,
        )
        return terms


def ordered(scores: Vectors) -> list[int]:
    """Return the places of *scores*, best first, equals in order of place."""
    places: list[int] = np.argsort(-scores, kind="stable").tolist()
    return places


def fused(rankings: Sequence[Sequence[int]]) -> list[int]:
    """Return what any of the *rankings* holds, by the sum of 1 / (k + rank) over them."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, place in enumerate(ranking, 1):
            scores[place] = scores.get(place, 0.0) + 1 / (FUSION_K + rank)
    return sorted(scores, key=lambda place: (-scores[place], place))


@dataclass(frozen=True, slots=True)
class Baselines:
    """Ranks the turns of conversations for their questions."""

    embedder: LocalEmbedder
    advance: Advance

    async def found(self, conversations: Sequence[Conversation]) -> Found:
        """Return what each ranker finds for the questions of all conversations, in their order.

        Every ranker ranks the speaker's name and the turn, as memsvc does, and the bare turn.
        """
        names = [ranker + suffix for suffix in ("", WITHOUT_NAMES) for ranker in RANKERS]
        answers: Found = {name: [] for name in names}
        for conversation in conversations:
            questions = await self._question_vectors(conversation)
            named = [f"{turn.speaker}: {turn.content}" for turn in conversation.turns]
            bare = [turn.content for turn in conversation.turns]
            hybrids = [UsualHybrid(texts, await self._embed(texts)) for texts in (named, bare)]
            for question, vector in zip(conversation.questions, questions, strict=True):
                rankings = [r for hybrid in hybrids for r in hybrid.rank(question.text, vector)]
                for name, ranking in zip(names, rankings, strict=True):
                    turns = (conversation.turns[place].turn_id for place in ranking[: CUTS[-1]])
                    answers[name].append(tuple(turns))
        return answers

    async def _question_vectors(self, conversation: Conversation) -> list[Vectors]:
        vectors = []
        for question in conversation.questions:
            vectors.append(await self.embedder.embed_query(question.text))
            self.advance(1)
        return vectors

    async def _embed(self, texts: Sequence[str]) -> Vectors:
        parts = []
        for batch in batches(texts, _BATCH):
            parts.append(await self.embedder.embed(batch))
            self.advance(len(batch))
        return np.concatenate(parts)


def texts_to_embed(conversations: Sequence[Conversation]) -> int:
    """Return how many texts Baselines.found embeds: questions once, turns with and without names."""
    return sum(len(each.questions) + 2 * len(each.turns) for each in conversations)


async def baselines(
    conversations: Sequence[Conversation], model_dir: Path, advance: Advance
) -> Found:
    """Return what the baselines find, with the model that the server uses by default."""
    embedder = await LocalEmbedder.load(model_dir)
    try:
        return await Baselines(embedder, advance).found(conversations)
    finally:
        await embedder.close()
