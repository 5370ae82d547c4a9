"""Made-up talk: as many sentences, vectors and questions as are wanted, the same every time.

The words are those of the embedding model's own vocabulary, which lists them by how frequent they
are; they are drawn by Zipf's law, so that terms are as rare and as common as in talk. Every message
is about one of a few hundred subjects: it holds words of the subject, and its vector lies beside the
subject's, so that each memory has neighbours in meaning and questions have answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
from google.protobuf.timestamp_pb2 import Timestamp
from numpy.typing import NDArray

from memsvc.core.lexical import searchable
from memsvc.providers.embedding import Embedder
from memsvc.providers.minilm_graph import MODEL, load_tokenizer
from memsvc_client import Embedding, Message

Vectors = NDArray[np.float32]

WORDS: Final = 4_000
SUBJECTS: Final = 300
SUBJECT_WORDS: Final = 6
#: Words of its subject that a message or a question holds.
HINTS: Final = 3
#: The shortest and the longest message, in words: about 15, as in a chat.
MESSAGE_WORDS: Final = (8, 22)
CONVERSATION_MESSAGES: Final = 25
AUTHORS: Final = ("Ana", "Ben", "Chloe", "Dev", "Eli", "Fay", "Gus", "Hana")
#: Texts whose vectors are made, for the vectors of all others to lie between.
POOL: Final = 8_000
#: How far from the first text towards the other.
SPREAD: Final = 0.3
SEED: Final = 7
_FIRST_TIME: Final = datetime(2024, 1, 1, tzinfo=UTC)
#: Words that are too frequent to make a subject.
_COMMON: Final = 200


@dataclass(frozen=True, slots=True)
class Corpus:
    """What all texts are made of."""

    words: Sequence[str]
    #: The share of the words up to each one.
    cumulative: NDArray[np.float64]
    subjects: Sequence[Sequence[str]]
    #: The vectors of texts on the first subject, the second and so on, over and over.
    pool: Vectors

    def said(self, generator: np.random.Generator, subject: int) -> tuple[str, str]:
        """Return a speaker, and a sentence with words of the *subject*."""
        drawn = self.drawn(generator, int(generator.integers(*MESSAGE_WORDS)) - HINTS)
        for hint in generator.choice(self.subjects[subject], HINTS, replace=False).tolist():
            drawn.insert(int(generator.integers(len(drawn) + 1)), hint)
        author = AUTHORS[int(generator.integers(len(AUTHORS)))]
        return author, " ".join(drawn).capitalize() + "."

    def drawn(self, generator: np.random.Generator, count: int) -> list[str]:
        """Return words drawn by Zipf's law."""
        places = np.searchsorted(self.cumulative, generator.random(count))
        return [self.words[place] for place in places]

    def conversations(
        self,
        seed: int,
        count: int,
        *,
        with_vectors: bool,
        length: int = CONVERSATION_MESSAGES,
    ) -> Iterator[list[Message]]:
        """Yield *count* messages of one user in conversations, the same for the same *seed*."""
        generator = np.random.default_rng((SEED, seed))
        for start in range(0, count, length):
            size = min(length, count - start)
            # A conversation stays with few subjects.
            subjects = generator.choice(generator.integers(len(self.subjects), size=3), size)
            vectors = self.around(generator, subjects) if with_vectors else None
            yield [
                self._message(generator, start + place, int(subject), vectors, place)
                for place, subject in enumerate(subjects)
            ]

    def _message(
        self,
        generator: np.random.Generator,
        number: int,
        subject: int,
        vectors: Vectors | None,
        place: int,
    ) -> Message:
        said = Timestamp()
        said.FromDatetime(_FIRST_TIME + timedelta(minutes=number))
        author, content = self.said(generator, subject)
        message = Message(author=author, content=content, event_time=said)
        if vectors is not None:
            message.embedding.CopyFrom(Embedding(model=MODEL, values=vectors[place].tolist()))
        return message

    def around(self, generator: np.random.Generator, subjects: NDArray[np.int64]) -> Vectors:
        """Return unit vectors as those of texts on *subjects*."""
        of_each = len(self.pool) // len(self.subjects)
        near = subjects + len(self.subjects) * generator.integers(of_each, size=len(subjects))
        other = generator.integers(len(self.pool), size=len(subjects))
        vectors = self.pool[near] + SPREAD * self.pool[other]
        unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit

    def questions(self) -> Iterator[str]:
        """Yield questions without end, none of them twice."""
        generator = np.random.default_rng(SEED)
        asked = set()
        while True:
            author = AUTHORS[int(generator.integers(len(AUTHORS)))]
            subject = self.subjects[int(generator.integers(len(self.subjects)))]
            hints = generator.choice(subject, HINTS, replace=False)
            drawn = " ".join(self.drawn(generator, 2))
            question = f"What did {author} say about {' '.join(hints)} and {drawn}?"
            if question not in asked:
                asked.add(question)
                yield question


def vocabulary() -> list[str]:
    """Return the embedding model's most frequent English words, most frequent first."""
    pieces: Mapping[str, int] = load_tokenizer().get_vocab()
    ordered = sorted(pieces, key=lambda piece: pieces[piece])
    whole = (piece for piece in ordered if piece.isascii() and piece.isalpha() and len(piece) > 1)
    return [word for _, word in zip(range(WORDS), whole, strict=False)]


async def made_corpus(embedder: Embedder, pool: int = POOL) -> Corpus:
    """Return the corpus; *embedder* is the one that the server embeds questions with.

    The vectors of *pool* texts are made, at least SUBJECTS.
    """
    words = vocabulary()
    cumulative = np.cumsum(1 / np.arange(1, len(words) + 1))
    cumulative /= cumulative[-1]
    generator = np.random.default_rng(SEED)
    rare = words[_COMMON:]
    subjects = [
        generator.choice(rare, SUBJECT_WORDS, replace=False).tolist() for _ in range(SUBJECTS)
    ]
    corpus = Corpus(words, cumulative, subjects, np.empty((0, 0), np.float32))
    texts = [searchable(*corpus.said(generator, number % SUBJECTS)) for number in range(pool)]
    return replace(corpus, pool=await embedder.embed(texts))
