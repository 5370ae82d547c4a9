"""The pure core: scores that add up, a true half-life, no sentence twice, ties by id."""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc.core import importance, page_token, ranking
from memsvc.core.decay import recency
from memsvc.core.errors import InvalidPageToken
from memsvc.core.model import (
    SIMILARITY_CEILING_MIN,
    Breakdown,
    Candidates,
    ContextWeights,
    Memory,
    MemoryKind,
    RankingWeights,
    Role,
    ScoredMemory,
    TemporalState,
)
from memsvc.core.named_time import NamedTime
from memsvc.core.paging import fitting
from memsvc.core.ranking import Question
from memsvc.core.repetition import without_repetition
from memsvc.core.surroundings import named_speakers

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MEMORY = Memory(
    memory_id=UUID(int=1),
    user_id="u",
    kind=MemoryKind.NOTE,
    content="text",
    category="",
    slot="",
    temporal_state=TemporalState.UNSPECIFIED,
    confidence=1.0,
    importance=0.5,
    pinned=False,
    essential=False,
    tags=[],
    metadata={},
    source_message_ids=[],
    conversation_id=None,
    project_id="",
    agent_id="",
    valid_from_time=NOW,
    valid_to_time=None,
    superseded_by=None,
    create_time=NOW,
    update_time=NOW,
    refresh_time=NOW,
    last_access_time=None,
    access_count=0,
    expire_time=None,
    version=1,
    message_id=None,
    role=None,
    author="",
    parent_message_id="",
    value="",
    contested=False,
    fully_drawn=False,
)
UNIT = st.floats(0, 1)
WEIGHT = st.floats(0, 10)
WEIGHTS = st.builds(
    RankingWeights,
    **{
        f.name: WEIGHT
        for f in fields(RankingWeights)
        if f.name not in {"recency_half_life", "context_weights"}
    },
    context_weights=st.builds(ContextWeights, **{f.name: WEIGHT for f in fields(ContextWeights)}),
)
MAY = NamedTime(datetime(2025, 5, 1, tzinfo=UTC), datetime(2025, 6, 1, tzinfo=UTC), "last May")


def memory(number: int, **changes: object) -> Memory:
    """Return a memory with its own id and text."""
    return replace(MEMORY, memory_id=UUID(int=number), content=f"text {number}", **changes)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Row:
    """One candidate, as it is easiest to write down."""

    similarity: float = 0.0
    keyword: float = 0.0
    matched: int = 0
    place: int = -1
    author: str = ""
    time: datetime = NOW
    importance: float = 0.5
    confidence: float = 1.0


def candidates(*rows: Row, idfs: list[float] | None = None) -> Candidates:
    """Return *rows* as columns; the id of the first is 1."""
    times = np.array([row.time.timestamp() for row in rows])
    return Candidates(
        ids=np.array([(0, number) for number in range(1, len(rows) + 1)], np.uint64),
        places=np.array([row.place for row in rows], np.int64),
        authors=[row.author for row in rows],
        importances=np.array([row.importance for row in rows]),
        confidences=np.array([row.confidence for row in rows]),
        event_times=times,
        last_times=times,
        matched=np.array([row.matched for row in rows], np.int64),
        keyword_scores=np.array([row.keyword for row in rows], np.float64),
        similarities=np.array([row.similarity for row in rows], np.float64),
        idfs=np.array(idfs or [2.0, 1.0]),
        holders=np.ones(len(idfs or [1, 1]), np.int64),
        without_embedding=False,
    )


def question(query: str = "jazz", **more: Any) -> Question:
    """Return a question with the default weights, asked now."""
    values: dict[str, Any] = {"named_time": None, "weights": RankingWeights(), **more}
    return Question(query, now=NOW, **values)


def order(found: Candidates, asked: Question) -> list[int]:
    """Return the numbers of the rows, from 1, best first."""
    return [entry.memory_id.int for entry in ranking.rank(found, asked).part(0, len(found))]


ROWS = st.lists(
    st.builds(
        Row,
        similarity=st.floats(-1, 1) | st.just(float("nan")),
        keyword=st.floats(0, 30),
        matched=st.integers(0, 3),
        place=st.just(-1) | st.integers(0, 200),
        author=st.sampled_from(["", "Ana", "Ben"]),
        time=st.integers(0, 2**31).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
        importance=UNIT,
        confidence=UNIT,
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda row: row.place if row.place >= 0 else object(),
)


@given(
    rows=ROWS,
    weights=WEIGHTS,
    query=st.sampled_from(["jazz", "What does Ana play?", "Ben and Ana"]),
    named=st.none() | st.just(MAY),
)
def test_the_breakdown_adds_up(
    rows: list[Row], weights: RankingWeights, query: str, named: NamedTime | None
) -> None:
    """Parts lie in [0, 1]; weighted, they sum to the score, and the context's to the context."""
    ranked = ranking.rank(candidates(*rows), question(query, named_time=named, weights=weights))

    for entry in ranked.part(0, len(rows)):
        parts = {f.name: getattr(entry.breakdown, f.name) for f in fields(entry.breakdown)}
        assert all(-1e-9 <= part <= 1 + 1e-9 for part in parts.values())
        total = sum(getattr(weights, name) * part for name, part in parts.items())
        assert entry.score == pytest.approx(total, abs=1e-6)
        shares = weights.context_weights
        applying = [
            (getattr(shares, f.name), value)
            for f in fields(shares)
            if (value := getattr(entry.context, f.name)) is not None
        ]
        assert all(-1e-9 <= value <= 1 + 1e-9 for _, value in applying)
        if whole := sum(share for share, _ in applying):
            mean = sum(share * value for share, value in applying) / whole
            assert entry.breakdown.context == pytest.approx(mean, abs=1e-6)


@given(rows=ROWS, shuffler=st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(rows: list[Row], shuffler: random.Random) -> None:
    """The same values give the same order and the same scores, whatever order they came in."""
    found = candidates(*rows)
    places = list(range(len(rows)))
    shuffler.shuffle(places)
    shuffled = replace(
        found,
        authors=[found.authors[place] for place in places],
        **{
            name: getattr(found, name)[places]
            for name in [
                "ids",
                "places",
                "importances",
                "confidences",
                "event_times",
                "last_times",
                "matched",
                "keyword_scores",
                "similarities",
            ]
        },
    )

    first = ranking.rank(found, question("Ana"))
    second = ranking.rank(shuffled, question("Ana"))

    assert [e.memory_id for e in first.part(0, 99)] == [e.memory_id for e in second.part(0, 99)]
    assert [e.score for e in first.part(0, 99)] == [e.score for e in second.part(0, 99)]


def test_ties_stand_in_the_order_of_their_ids() -> None:
    """Candidates of equal value come in the order of their ids."""
    rows = [Row(similarity=0.5 if number % 2 else 0.7) for number in range(1, 9)]

    assert order(candidates(*rows), question()) == [2, 4, 6, 8, 1, 3, 5, 7]


def test_the_half_life_is_one() -> None:
    """After one half-life recency is 1/2, after two 1/4; now and the future are 1."""
    half_life = timedelta(days=30)
    times = [NOW, NOW + timedelta(days=5), NOW - half_life, NOW - 2 * half_life]

    shares = recency(np.array([time.timestamp() for time in times]), NOW, half_life)

    assert shares.tolist() == pytest.approx([1, 1, 0.5, 0.25])


def test_an_answer_is_found_through_what_was_asked_before_it() -> None:
    """A message that says nothing by itself gains from its neighbour, and says which one spoke."""
    asked = Row(similarity=0.9, keyword=3.0, matched=3, place=100)
    answer = Row(similarity=0.1, place=101)
    elsewhere = Row(similarity=0.1, place=900)

    ranked = ranking.rank(candidates(asked, answer, elsewhere), question())

    entries = ranked.part(0, 3)
    assert [entry.memory_id.int for entry in entries] == [1, 2, 3]
    assert entries[1].context.neighbours == [UUID(int=1)]
    assert entries[1].context.neighbour_keyword == pytest.approx(1)
    assert entries[2].context.neighbours == []


def test_conversations_do_not_touch() -> None:
    """The last message of one conversation is no neighbour of the first of the next."""
    last = Row(similarity=0.9, matched=3, place=16_777_216 + 5)
    first = Row(similarity=0.1, place=2 * 16_777_216)

    entries = ranking.rank(candidates(last, first), question()).part(0, 2)

    assert entries[1].context.neighbours == []
    assert entries[1].context.conversation_keyword == 0


def test_a_note_stands_for_itself() -> None:
    """What was not said in a conversation is its own neighbourhood: it loses nothing by that."""
    note = Row(similarity=0.8, keyword=2.0, matched=3)
    alone = Row(similarity=0.8, keyword=2.0, matched=3, place=7)

    entries = ranking.rank(candidates(note, alone), question()).part(0, 2)

    assert entries[0].score == pytest.approx(entries[1].score)
    assert entries[0].context.neighbour_semantic == entries[0].breakdown.semantic


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("What does Ana play?", {"Ana"}),
        ("what does ana's band play", {"Ana"}),
        ("Did Ana Lopez call?", {"Ana", "Ana Lopez"}),
        ("banana split", set()),
        ("Who will come?", set()),
        ("What did Will say?", {"Will"}),
        ("", set()),
    ],
)
def test_a_speaker_is_named_by_name(query: str, named: set[str]) -> None:
    """Whole words count, in any case; a name that is an everyday word has to look like a name."""
    assert named_speakers(["Ana", "Ana Lopez", "Will", ""], query) == (
        named | ({"Ana Lopez"} if "Ana" in named else set())
    )


def test_the_named_speaker_is_preferred() -> None:
    """Of equal messages the one by the named speaker comes first; without a name nothing applies."""
    rows = [Row(similarity=0.5, author="Ben"), Row(similarity=0.5, author="Ana")]

    named = ranking.rank(candidates(*rows), question("What does Ana play?")).part(0, 2)
    unnamed = ranking.rank(candidates(*rows), question("Who plays?")).part(0, 2)

    assert [entry.memory_id.int for entry in named] == [2, 1]
    assert [entry.context.speaker for entry in named] == [1, 0]
    assert [entry.context.speaker for entry in unnamed] == [None, None]


def test_the_named_time_is_preferred_softly() -> None:
    """Of equal memories the one of that time comes first; a much better one still beats it."""
    may = datetime(2025, 5, 9, tzinfo=UTC)
    rows = [Row(similarity=0.5, time=NOW), Row(similarity=0.5, time=may)]
    clear = [Row(similarity=0.9, keyword=3, matched=3, time=NOW), Row(similarity=0.2, time=may)]
    asked = question(named_time=MAY)

    assert order(candidates(*rows), asked) == [2, 1]
    assert order(candidates(*clear), asked) == [1, 2]
    entries = ranking.rank(candidates(*rows), asked).part(0, 2)
    assert entries[0].context.time == 1
    assert 0 < (entries[1].context.time or 0) < 0.01


def test_newer_wins_among_equals_and_only_there() -> None:
    """Recency decides between equally relevant memories and lifts no irrelevant one."""
    old = NOW - timedelta(days=90)
    equal = [Row(similarity=0.8, time=old), Row(similarity=0.8)]
    unequal = [Row(similarity=0.8, time=old), Row(similarity=0.7)]

    assert order(candidates(*equal), question()) == [2, 1]
    assert order(candidates(*unequal), question()) == [1, 2]


def test_what_has_nothing_to_do_with_it_is_left_out() -> None:
    """Without a vector, only words say that a memory matters: its own or its neighbours'."""
    nan = float("nan")
    rows = [
        Row(similarity=nan, keyword=1.0, matched=1, place=10),
        Row(similarity=nan, place=11),
        Row(similarity=nan, place=50),
    ]

    assert order(candidates(*rows), question()) == [1, 2]


def test_a_best_match_that_is_none_is_no_measure() -> None:
    """Among unrelated memories the best is not called a full match."""
    entry = ranking.rank(candidates(Row(similarity=0.05)), question()).part(0, 1)[0]

    assert entry.breakdown.semantic == pytest.approx(0.05 / SIMILARITY_CEILING_MIN)


def scored(number: int, content: str, author: str = "") -> ScoredMemory:
    """Return a hit."""
    return ScoredMemory(replace(memory(number, author=author), content=content), 0.5, Breakdown())


@pytest.mark.parametrize(
    ("better", "other"),
    [
        ("I live in Austin!", "i live in  austin"),
        ("I really like jazz, you know.", "I like jazz."),
        ("I'm allergic to peanuts and to shellfish", "I am allergic to peanuts and to shellfish."),
    ],
)
def test_what_says_nothing_new_comes_once(better: str, other: str) -> None:
    """Texts that differ in case, punctuation or fillers alone are one answer: the better one."""
    hits = [scored(1, better), scored(2, other)]

    assert without_repetition(hits) == hits[:1]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("I'm allergic to peanuts.", "I'm not allergic to peanuts."),
        ("I'm 32 years old now.", "I'm 33 years old now."),
        ("I work at OpenAI in the city.", "I work at Google in the city."),
        (
            "I moved to Boston with my dog and two cats",
            "I moved from Boston with my dog and two cats",
        ),
        ("Do you like jazz a lot?", "You do like jazz a lot."),
        ("!!!", "???"),
    ],
)
def test_what_differs_in_a_word_that_counts_stays(first: str, second: str) -> None:
    """A negation, a number, a name, a direction or a question mark keeps both."""
    hits = [scored(1, first), scored(2, second)]

    assert without_repetition(hits) == hits


def test_two_speakers_may_say_the_same() -> None:
    """The same sentence by two people is two memories."""
    hits = [scored(1, "I like jazz.", "Ana"), scored(2, "I like jazz.", "Ben")]

    assert without_repetition(hits) == hits


@given(st.lists(st.text(alphabet="ab .!", max_size=8), max_size=8))
def test_collapsing_again_changes_nothing(texts: list[str]) -> None:
    """What is left has no repetition, stays in order, and nothing is made up."""
    hits = [scored(number, text or "x") for number, text in enumerate(texts, 1)]
    once = without_repetition(hits)

    assert without_repetition(once) == once
    assert [hit for hit in hits if hit in once] == once
    assert bool(once) == bool(hits)


@given(WEIGHTS, st.lists(st.tuples(UNIT, UNIT, st.booleans()), min_size=1, max_size=6))
def test_what_is_flagged_counts_a_fifth_and_still_explains_itself(
    weights: RankingWeights, rows: list[tuple[float, float, bool]]
) -> None:
    """A flag leaves a fifth of each part, and so of the score; the parts sum to the score all the same."""
    plain = candidates(*(Row(similarity=near, confidence=sure) for near, sure, _ in rows))
    flagged = replace(plain, flagged=np.array([flag for *_, flag in rows]))

    before = ranking.scores(plain, question(weights=weights))
    after = ranking.scores(flagged, question(weights=weights))

    for row, (*_, flag) in enumerate(rows):
        assert after.total[row] == pytest.approx(before.total[row] * (0.2 if flag else 1), abs=1e-9)
    for entry in ranking.rank(flagged, question(weights=weights)).part(0, len(rows)):
        parts = asdict(entry.breakdown)
        total = sum(getattr(weights, name) * value for name, value in parts.items())
        assert entry.score == pytest.approx(total, abs=1e-6)
        assert all(0 <= value <= 1 for value in parts.values())


@given(st.text(min_size=1, max_size=300), st.sampled_from(Role))
def test_importance_is_bounded_and_repeatable(text: str, role: Role) -> None:
    """A guess lies in [0, 1] and depends on role and text alone."""
    guess = importance.first_guess(text, importance.ROLE_BASE[role])

    assert 0 <= guess <= 1
    assert guess == importance.first_guess(text, importance.ROLE_BASE[role])


def test_importance_orders_as_a_person_would() -> None:
    """What asks to be remembered matters most, a filler least."""
    guesses = [
        importance.first_guess(text, importance.ROLE_BASE[Role.USER])
        for text in ("Remember: I'm allergic to nuts.", "I live in Austin.", "Nice weather.", "Ok.")
    ]

    assert guesses == sorted(guesses, reverse=True)


@given(st.binary(min_size=1), st.integers(0, 10**6), st.integers(0, 5000))
def test_a_page_token_is_good_for_its_request_alone(
    binding: bytes, number: int, place: int
) -> None:
    """A token gives its position back to its own request; changed or elsewhere it is refused."""
    key = b"k" * 32
    token = page_token.encode([number, 0.1 + 0.2, "id"], binding, key)

    assert page_token.decode(token, binding, key) == [number, 0.1 + 0.2, "id"]
    with pytest.raises(InvalidPageToken):
        page_token.decode(token, binding + b"x", key)
    with pytest.raises(InvalidPageToken):
        page_token.decode(token, binding, b"j" * 32)
    at = place % len(token)
    forged = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
    if at < len(token) - 1:  # the last character's low bits may say nothing
        with pytest.raises(InvalidPageToken):
            page_token.decode(forged, binding, key)


@given(st.text(max_size=100))
def test_any_string_is_a_token_or_refused(text: str) -> None:
    """No string makes the decoder fail in another way."""
    with pytest.raises(InvalidPageToken):
        page_token.decode(text, b"b", b"k" * 32)


def test_a_reply_takes_what_fits_and_at_least_one() -> None:
    """A page ends before its texts exceed the limit, but is never empty."""
    assert fitting(["aaa", "bbb", "c"], str, bytes_max=6) == ["aaa", "bbb"]
    assert fitting(["aaaaaaaaa", "b"], str, bytes_max=6) == ["aaaaaaaaa"]
    assert fitting([], str) == []
