"""Words: terms, vectors and idf, and that the store computes what the formulas say."""

from __future__ import annotations

import math
from collections import Counter
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc.core import lexical
from memsvc.core.model import KEYWORD_CEILING_SHARE, Caller, MemoryFilter, NewMessage, Role
from memsvc.store import memories, search
from memsvc.store.database import Database
from memsvc.store.memories import NewEpisode
from memsvc.store.search import Question
from memsvc.wiring.clock import utc_now

TEXTS = [
    "The harbour freezes in January, and the boats freeze with it.",
    "I bought a boat in January.",
    "Pears, apples and more pears: pears!",
    "We ate a pear by the harbour yesterday; later it rained on all of the boats there.",
]


def parse(literal: str) -> dict[int, float]:
    """Return the elements of a sparse vector's text form."""
    body = literal[1 : literal.index("}")]
    return {int(k): float(v) for k, v in (e.split(":") for e in body.split(",") if e)}


def test_terms_are_stemmed_and_stop_words_left_out() -> None:
    """Inflected forms are one term; words that say nothing are none."""
    assert lexical.terms("The boats were freezing; a boat freezes") == ["boat", "freez"] * 2


def test_the_speaker_is_part_of_what_is_searched() -> None:
    """A name in a question can match the one who spoke."""
    assert lexical.searchable("Ana", "I moved") == "Ana: I moved"
    assert lexical.searchable("", "I moved") == "I moved"


@given(st.text(max_size=400))
def test_vectors_of_any_text_are_well_formed(text: str) -> None:
    """Both vectors have the same dimensions, all in range; weights lie in (0, k + 1]."""
    vectors = lexical.lexical_vectors(text)
    presence, weights = parse(vectors.presence), parse(vectors.weights)

    assert presence.keys() == weights.keys()
    assert all(1 <= dimension <= lexical.DIMENSIONS for dimension in presence)
    assert all(0 < weight <= lexical.SATURATION + 1 for weight in weights.values())


@given(st.text(max_size=4096))
def test_the_probe_tells_terms_apart(query: str) -> None:
    """Each term of a query has a power of two of its own that single precision holds exactly."""
    terms = lexical.query_terms(query)
    values = sorted(parse(terms.probe or "{}/1").values())

    assert values == [float(1 << bit) for bit in range(len(terms.dimensions))]
    assert sum(values) < 2**24


def test_a_query_of_stop_words_is_taken_at_its_word() -> None:
    """A question such as "Who am I?" still asks for something."""
    assert lexical.query_terms("Who am I?").terms == ["who", "am", "i"]


def test_matched_words_are_the_querys_own() -> None:
    """What matched is shown as the asker wrote it, each word once."""
    assert lexical.matched_words("Freezing boats, boats and pears", TEXTS[0]) == [
        "Freezing",
        "boats",
    ]


@pytest.mark.parametrize("query", ["frozen boats in January", "harbour", "pears", "no such word"])
async def test_the_store_computes_bm25(database: Database, caller: Caller, query: str) -> None:
    """The keyword part is BM25 with idf over this user's memories, scaled to a good match."""
    episodes = [
        NewEpisode(
            uuid4(),
            NewMessage(str(uuid4()), Role.USER, text, "", None, {}, None, ""),
            0.5,
            lexical.lexical_vectors(text),
        )
        for text in TEXTS
    ]
    now = utc_now()
    scope = {"project_id": "", "agent_id": "", "now": now}
    async with database.transaction(caller) as tx:
        await memories.ensure_conversation(tx, "u", "c", **scope)  # type: ignore[arg-type]
        await memories.insert_episodes(tx, episodes, user_id="u", conversation_id="c", **scope)  # type: ignore[arg-type]
        question = Question("u", lexical.query_terms(query), None, None, 0.0, 1.0)
        found = await search.rank(tx, question, MemoryFilter(), now=now, limit=10)

    expected = {text: score for text in TEXTS if (score := bm25(query, text)) > 0}
    full_match = sum(
        lexical.inverse_document_frequency(len(TEXTS), count)
        for term in set(lexical.terms(query))
        if (count := sum(term in lexical.terms(text) for text in TEXTS))
    )
    best = max([*expected.values(), KEYWORD_CEILING_SHARE * full_match], default=1)
    assert {m.content: e.keyword for m, e in found.memories} == pytest.approx(
        {text: score / best for text, score in expected.items()}, rel=1e-4
    )


def bm25(query: str, text: str) -> float:
    """BM25 as the textbooks have it, over TEXTS."""
    score = 0.0
    for term in set(lexical.terms(query)):
        with_term = sum(term in lexical.terms(each) for each in TEXTS)
        count, length = Counter(lexical.terms(text))[term], len(lexical.terms(text))
        norm = (
            1
            - lexical.LENGTH_NORMALISATION
            + (lexical.LENGTH_NORMALISATION * length / lexical.PIVOT_LENGTH)
        )
        idf = math.log(1 + (len(TEXTS) - with_term + 0.5) / (with_term + 0.5))
        score += idf * count * (lexical.SATURATION + 1) / (count + lexical.SATURATION * norm)
        assert idf == pytest.approx(lexical.inverse_document_frequency(len(TEXTS), with_term))
    return score
