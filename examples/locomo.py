"""Conversations in the layout of LoCoMo, and how well the turns that answer a question were found.

The layout is that of Maharana et al. 2024 (arXiv:2402.17753): a list of samples, each with the
sessions of one long conversation and with questions that name the turns which answer them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, Final, TypeVar

from memsvc.core import evaluation
from memsvc.core.evaluation import mean_of, metrics_of, ranks_of, recall_at

#: What each category of the layout asks for. A fifth one asks for what was never said: it has no
#: turns to be found.
CATEGORIES: Final[Mapping[int, str]] = {
    1: "multi-hop",
    2: "temporal",
    3: "open-domain",
    4: "single-hop",
}
#: Among how many results evidence is looked for. Results beyond the last do not count at all.
CUTS: Final = evaluation.CUTS

ItemT = TypeVar("ItemT")

_SESSION: Final = re.compile(r"session_(\d+)")
_TURN: Final = re.compile(r"D\d+:\d+")
_TIME_FORMAT: Final = "%I:%M %p on %d %B, %Y"


class LayoutInvalid(Exception):
    """A file is not in the layout; the message says which and where."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that was said."""

    turn_id: str
    session_id: str
    speaker: str
    content: str
    said_time: datetime


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the turns that answer it."""

    text: str
    answer: str
    #: The group that the question is counted in.
    kind: str
    #: Ids of turns of the conversation, at least one.
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conversation:
    """All sessions of one sample, in order, and its questions."""

    sample_id: str
    turns: tuple[Turn, ...]
    questions: tuple[Question, ...]

    def batches(self, size: int) -> Iterator[Sequence[Turn]]:
        """Yield the turns in order, at most *size* at a time, each batch of one session."""
        for _, session in groupby(self.turns, key=lambda turn: turn.session_id):
            yield from batches(tuple(session), size)


@dataclass(frozen=True, slots=True)
class Score:
    """How well one question's evidence was found."""

    #: The place of each turn of the evidence, from 1; 0 if it is not among the results that count.
    ranks: tuple[int, ...]
    #: The place of the first evidence; None without one.
    rank: int | None
    #: The share of the evidence among so many results.
    recall: Mapping[int, float]

    @property
    def reciprocal_rank(self) -> float:
        """1 over the rank, 0 without one."""
        return evaluation.reciprocal_rank(self.ranks)


@dataclass(frozen=True, slots=True)
class Summary:
    """Means over questions."""

    questions: int
    recall: Mapping[int, float]
    #: The share of questions with any evidence among the first ten results.
    any_at_10: float
    mrr: float


def read_conversations(path: Path) -> list[Conversation]:
    """Return the conversations of a file; raise LayoutInvalid, or OSError if it cannot be read."""
    try:
        samples = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        message = f"{path} is not JSON: {error}"
        raise LayoutInvalid(message) from error
    if not isinstance(samples, list) or not samples:
        message = f"{path} is not in the layout of LoCoMo: it has to be a list of samples"
        raise LayoutInvalid(message)
    conversations = []
    for place, sample in enumerate(samples):
        try:
            conversations.append(conversation_of(sample))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            fault = f"{error} is missing" if isinstance(error, KeyError) else str(error)
            message = f"{path} is not in the layout of LoCoMo: sample {place}: {fault}"
            raise LayoutInvalid(message) from error
    if not any(conversation.questions for conversation in conversations):
        message = f"{path} has no question whose evidence is among its turns"
        raise LayoutInvalid(message)
    return conversations


def conversation_of(sample: Mapping[str, Any]) -> Conversation:
    """Return the conversation of a sample of the file."""
    raw = sample["conversation"]
    numbers = sorted(int(match[1]) for key in raw if (match := _SESSION.fullmatch(key)))
    turns = tuple(turn for number in numbers for turn in _turns(raw, f"session_{number}"))
    known = frozenset(turn.turn_id for turn in turns)
    asked = (_question(entry, known) for entry in sample["qa"])
    questions = tuple(question for question in asked if question is not None)
    return Conversation(str(sample["sample_id"]), turns, questions)


def _turns(raw: Mapping[str, Any], session_id: str) -> Iterable[Turn]:
    said_time = time_of(raw[f"{session_id}_date_time"])
    for entry in raw[session_id]:
        # A turn that was nothing at all cannot be remembered.
        if content := content_of(entry):
            yield Turn(entry["dia_id"], session_id, entry["speaker"], content, said_time)


def _question(entry: Mapping[str, Any], known: frozenset[str]) -> Question | None:
    category = CATEGORIES.get(entry["category"])
    evidence = evidence_of(entry.get("evidence", ()), known)
    if category is None or not evidence:
        return None
    kind = str(entry.get("kind", category))
    return Question(entry["question"], str(entry.get("answer", "")), kind, evidence)


def time_of(text: str) -> datetime:
    """Return the time of a session, such as "1:56 pm on 8 May, 2023", taken as UTC."""
    return datetime.strptime(text, _TIME_FORMAT).replace(tzinfo=UTC)


def content_of(entry: Mapping[str, Any]) -> str:
    """Return what a turn says, and what its picture shows if it has one."""
    caption = entry.get("blip_caption")
    return f"{entry['text']} [shares {caption}]" if caption else str(entry["text"])


def evidence_of(named: Iterable[str], known: frozenset[str]) -> tuple[str, ...]:
    """Return the *known* turns that are *named*, each once.

    One string may name several turns, with any text between, and turns that do not exist.
    """
    found = (turn_id for text in named for turn_id in _TURN.findall(text))
    return tuple(dict.fromkeys(turn_id for turn_id in found if turn_id in known))


def batches(items: Sequence[ItemT], size: int) -> Iterator[Sequence[ItemT]]:
    """Yield *items* in parts of at most *size*."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def phrase_of(text: str) -> str:
    """Return two neighbouring words of *text*, the pair with the most letters; "" without one."""
    runs = re.findall(r"[A-Za-z]{3,}(?: [A-Za-z]{3,})+", text)
    pairs = [
        f"{first} {second}"
        for words in (run.split() for run in runs)
        for first, second in pairwise(words)
    ]
    return max(pairs, key=len, default="")


def score_of(found: Sequence[str], evidence: Iterable[str]) -> Score:
    """Return how well *found* (ids of turns, best first) holds the *evidence* (at least one)."""
    ranks = ranks_of(found[: CUTS[-1]], dict.fromkeys(evidence))
    rank = min(filter(None, ranks), default=None)
    return Score(ranks, rank, {cut: recall_at(ranks, cut) for cut in CUTS})


def summary_of(scores: Iterable[Score]) -> Summary:
    """Return the means over *scores*."""
    means = mean_of(metrics_of(score.ranks) for score in scores)
    return Summary(
        questions=means.query_count,
        recall={cut.cut: cut.recall for cut in means.cuts},
        any_at_10=means.at(10).any,
        mrr=means.mean_reciprocal_rank,
    )


def summaries_by(kinds: Sequence[str], scores: Sequence[Score]) -> dict[str, Summary]:
    """Return the means of each kind; *kinds* holds the kind of each score."""
    groups: dict[str, list[Score]] = {}
    for kind, score in zip(kinds, scores, strict=True):
        groups.setdefault(kind, []).append(score)
    return {kind: summary_of(group) for kind, group in groups.items()}
