"""Made-up talk: the same every time, with words as frequent and neighbours as close as in talk."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from bench.corpus import SUBJECTS, WORDS, Corpus, made_corpus
from bench.load import requests_of, stream
from bench.server import BenchFailed
from memsvc.core.lexical import is_stop_word
from memsvc.providers.local_embedding import LocalEmbedder
from memsvc_client import MemoryClient, Message


@pytest.fixture(scope="module")
async def corpus(model_dir: Path) -> AsyncIterator[Corpus]:
    """A corpus with few vectors."""
    embedder = await LocalEmbedder.load(model_dir)
    yield await made_corpus(embedder, SUBJECTS)
    await embedder.close()


def _messages(corpus: Corpus, seed: int, count: int, *, vectors: bool = False) -> list[Message]:
    conversations = corpus.conversations(seed, count, with_vectors=vectors)
    return [message for messages in conversations for message in messages]


def test_a_seed_gives_the_same_messages(corpus: Corpus) -> None:
    """A second run measures the same memories; another seed gives others."""
    first = _messages(corpus, 1, 60, vectors=True)

    assert first == _messages(corpus, 1, 60, vectors=True)
    assert first[:30] != _messages(corpus, 2, 30, vectors=True)
    sizes = [len(each) for each in corpus.conversations(1, 60, with_vectors=False)]
    assert sizes == [25, 25, 10]


def test_words_are_as_frequent_as_in_talk(corpus: Corpus) -> None:
    """Few words are said all the time, most of them stop words, and most words seldom."""
    assert len(set(corpus.words)) == WORDS
    generator = np.random.default_rng(1)
    counted = Counter(corpus.drawn(generator, 20_000))

    common = counted.most_common(10)
    assert sum(number for _, number in common) > 0.25 * 20_000
    assert all(is_stop_word(word) for word, _ in common)
    assert sum(number == 1 for number in counted.values()) > 500


def test_vectors_have_length_one_and_neighbours(corpus: Corpus) -> None:
    """Two messages on one subject are closer than two on different ones."""
    subjects = np.repeat(np.arange(20), 10)
    vectors = corpus.around(np.random.default_rng(1), subjects)

    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    cosines = vectors @ vectors.T
    same = subjects[:, None] == subjects[None, :]
    assert cosines[same].mean() > cosines[~same].mean() + 0.2


def test_no_question_comes_twice(corpus: Corpus) -> None:
    """The server keeps the vectors of questions: one asked before would not be embedded."""
    questions = list(islice(corpus.questions(), 2_000))

    assert len(set(questions)) == 2_000


def test_a_batch_that_fails_ends_the_measurement(
    corpus: Corpus, client: MemoryClient, user: str
) -> None:
    """Figures of a database that lacks a part of its memories would be wrong."""
    messages = _messages(corpus, 3, 30, vectors=True)
    messages[27].embedding.model = "another"

    with pytest.raises(BenchFailed, match="25 of 30 messages were stored"):
        stream(client, requests_of(user, [messages[:25], messages[25:]]), lambda _: None)
