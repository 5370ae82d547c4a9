"""No sentence twice: which results say nothing that a better one does not say already."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from memsvc.core.model import Memory, MemoryKind, ScoredMemory

#: Two texts share at least this part of their words, or they are not near-duplicates.
SHARED_WORDS_MIN: Final = 0.8
#: What may be missing or differ without a change of meaning. Words that turn a meaning round, such as
#: "to" and "from", "before" and "after", are no fillers.
_FILLERS: Final = frozenset([
    "a",
    "ah",
    "also",
    "an",
    "actually",
    "anyway",
    "by",
    "btw",
    "definitely",
    "hey",
    "hi",
    "honestly",
    "just",
    "know",
    "literally",
    "like",
    "mean",
    "oh",
    "okay",
    "ok",
    "please",
    "quite",
    "really",
    "so",
    "still",
    "sure",
    "that",
    "the",
    "thanks",
    "totally",
    "very",
    "well",
    "wow",
    "yeah",
    "yes",
    "you",
    "yep",
])
_NEGATIONS: Final = frozenset([
    "no",
    "not",
    "never",
    "none",
    "nothing",
    "nobody",
    "neither",
    "nor",
    "without",
    "cannot",
    "hardly",
    "barely",
])
_CONTRACTIONS: Final = (
    (re.compile(r"\b(\w+)n't\b"), r"\1 not"),
    (re.compile(r"\b(\w+)'m\b"), r"\1 am"),
    (re.compile(r"\b(\w+)'re\b"), r"\1 are"),
    (re.compile(r"\b(\w+)'ve\b"), r"\1 have"),
    (re.compile(r"\b(\w+)'ll\b"), r"\1 will"),
)
_NOT_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class _Saying:
    """What a text says, as far as words tell."""

    author: str
    sentence: str
    words: frozenset[str]
    negations: frozenset[str]
    asks: bool

    def repeats(self, other: _Saying) -> bool:
        """Return whether this says nothing that *other* does not say."""
        if self.author != other.author:
            return False
        if self.sentence == other.sentence:
            return True
        return (
            self.asks == other.asks
            and self.negations == other.negations
            and bool(self.words)
            and self.words <= other.words
            and len(self.words) >= SHARED_WORDS_MIN * len(other.words)
        )


def sentence_key(content: str) -> str:
    """Return what two texts share if they say the same sentence: case and punctuation aside."""
    return _NOT_WORD.sub(" ", content.casefold()).strip() or content


def _saying(memory: Memory) -> _Saying:
    text = memory.content.casefold().replace("\u2019", "'")
    if "'" in text:
        for contraction, full in _CONTRACTIONS:
            text = contraction.sub(full, text)
    words = frozenset(_NOT_WORD.sub(" ", text).split())
    return _Saying(
        memory.author,
        sentence_key(memory.content),
        words - _FILLERS,
        words & _NEGATIONS,
        text.rstrip().endswith("?"),
    )


def _is_drawn(one: Memory, other: Memory) -> bool:
    """Return whether one of two memories is a message and the other a fact that says all of it."""
    fact, episode = (one, other) if one.kind is MemoryKind.FACT else (other, one)
    return (
        fact.kind is MemoryKind.FACT
        and episode.fully_drawn
        and episode.message_id in fact.source_message_ids
    )


def without_repetition(ranked: Iterable[ScoredMemory]) -> list[ScoredMemory]:
    """Return *ranked*, in order, without what repeats a better one by the same author.

    A near-duplicate goes only if all of its words, fillers aside, are in the better one, if the two
    share SHARED_WORDS_MIN of them, and if both negate, and ask, alike: a number, a name or a "not"
    that differs keeps both. Of a message and a fact that says all of it the better one stays.
    """
    kept: list[tuple[_Saying, ScoredMemory]] = []
    for hit in ranked:
        saying = _saying(hit.memory)
        if not any(
            saying.repeats(better) or _is_drawn(hit.memory, other.memory) for better, other in kept
        ):
            kept.append((saying, hit))
    return [hit for _, hit in kept]
