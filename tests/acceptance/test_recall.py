"""Recall, Search, Conscious and lists: what comes back, in which order and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from memsvc_client import (
    InvalidArgument,
    Memory,
    MemoryClient,
    MemoryFilter,
    MemoryKind,
    Message,
    MetadataCondition,
    RankingWeights,
    Role,
    SearchMode,
    SearchSource,
)
from tests.support.texts import contents, say

MODES = [
    SearchMode.SEARCH_MODE_HYBRID,
    SearchMode.SEARCH_MODE_FULL_TEXT,
    SearchMode.SEARCH_MODE_SEMANTIC,
]


def timestamp(year: int, month: int = 1, day: int = 1) -> Timestamp:
    """A day's beginning."""
    message = Timestamp()
    message.FromDatetime(datetime(year, month, day, tzinfo=UTC))
    return message


def test_meaning_and_words_both_find(client: MemoryClient, user: str) -> None:
    """A question finds what means the same in other words, and what shares a rare word."""
    say(
        client,
        user,
        "My physician told me to avoid peanuts.",
        "The invoice number is XK-4471.",
        "We painted the fence green.",
        "Tomorrow it will rain.",
    )

    by_meaning = client.recall(user_id=user, query="What did the doctor say about nuts?", limit=1)
    by_word = client.recall(user_id=user, query="XK-4471", limit=1)

    assert contents(by_meaning) == ["My physician told me to avoid peanuts."]
    assert contents(by_word) == ["The invoice number is XK-4471."]


def test_every_result_explains_itself(client: MemoryClient, user: str) -> None:
    """With explain, applied weights times parts sum to each score; matched words are named."""
    say(client, user, "I adopted a cat named Miso.", "My cat sleeps a lot.", "I drive a van.")
    weights = RankingWeights(semantic=0.6, importance=0.3, recency=0.1)

    reply = client.recall(user_id=user, query="what is my cat named", weights=weights, explain=True)

    applied = reply.weights
    assert (applied.semantic, applied.keyword) == pytest.approx((0.6, 0.2))
    for result in reply.results:
        total = sum(
            getattr(applied, part.name) * getattr(result.breakdown, part.name)
            for part in result.breakdown.DESCRIPTOR.fields
        )
        assert result.score == pytest.approx(total, abs=1e-6)
    assert list(reply.results[0].matched_terms) == ["cat", "named"]
    assert [r.score for r in reply.results] == sorted(
        (r.score for r in reply.results), reverse=True
    )
    quiet = client.recall(user_id=user, query="cat")
    assert not any(r.HasField("breakdown") for r in quiet.results)


def test_the_same_question_gets_the_same_answer(client: MemoryClient, user: str) -> None:
    """Order and scores do not vary between calls on the same data; only the fence is drawn anew."""
    say(client, user, *(f"Fact number {n} about tea" for n in range(30)))
    as_of = timestamp(2100)

    replies = [
        client.recall(user_id=user, query="tea facts", limit=20, as_of_time=as_of) for _ in range(3)
    ]

    assert len({reply.context_block for reply in replies}) == 3
    for reply in replies:
        reply.context_block = ""
        for result in reply.results:
            # That it was recalled is noted behind the calls, sooner or later.
            result.memory.ClearField("access_count")
            result.memory.ClearField("last_access_time")
    assert len({reply.SerializeToString(deterministic=True) for reply in replies}) == 1


def test_the_same_sentence_never_comes_twice(client: MemoryClient, user: str) -> None:
    """A sentence that was said and noted again and again is one result."""
    say(client, user, "I live in Austin.", "i live in Austin", "Austin is hot.")
    client.create_memory(user_id=user, content="I live in Austin!")

    assert len(contents(client.recall(user_id=user, query="Where do I live?", limit=10))) == 2


def test_kinds_and_filters_narrow_before_ranking(client: MemoryClient, user: str) -> None:
    """Every filter leaves exactly what fulfils it."""
    for number, (role, author) in enumerate([
        (Role.ROLE_USER, "Ana"),
        (Role.ROLE_ASSISTANT, "Bot"),
    ]):
        message = Message(
            content=f"tea {number}", role=role, author=author, event_time=timestamp(2024 + number)
        )
        message.metadata.update({"n": number, "tag": "x"})
        client.ingest(
            user_id=user, conversation_id=f"c{number}", project_id=f"p{number}", messages=[message]
        )
    client.create_memory(
        user_id=user,
        content="tea note",
        category="drinks",
        slot="tea",
        tags=["a", "b"],
        importance=0.9,
    )
    condition = MetadataCondition
    cases: list[tuple[MemoryFilter, set[str]]] = [
        (MemoryFilter(roles=[Role.ROLE_ASSISTANT]), {"tea 1"}),
        (MemoryFilter(conversation_ids=["c0"]), {"tea 0"}),
        (MemoryFilter(project_ids=["p1"]), {"tea 1"}),
        (MemoryFilter(categories=["drinks"]), {"tea note"}),
        (MemoryFilter(slots=["tea"]), {"tea note"}),
        (MemoryFilter(tags_any=["b", "z"]), {"tea note"}),
        (MemoryFilter(tags_all=["b", "z"]), set()),
        (MemoryFilter(tags_all=["b", "a"]), {"tea note"}),
        (MemoryFilter(min_importance=0.8), {"tea note"}),
        (MemoryFilter(start_time=timestamp(2024, 6), end_time=timestamp(2025, 6)), {"tea 1"}),
        (MemoryFilter(metadata=[condition(key="n", value={"number_value": 0})]), {"tea 0"}),
        (
            MemoryFilter(
                metadata=[condition(key="n", op="OPERATOR_GREATER", value={"number_value": 0})]
            ),
            {"tea 1"},
        ),
        (MemoryFilter(metadata=[condition(key="n", op="OPERATOR_EXISTS")]), {"tea 0", "tea 1"}),
        (
            MemoryFilter(
                metadata=[
                    condition(key="tag", op="OPERATOR_NOT_EQUAL", value={"string_value": "x"})
                ]
            ),
            {"tea note"},
        ),
    ]
    for scope, expected in cases:
        assert set(contents(client.recall(user_id=user, query="tea", filter=scope))) == expected
        listed = {m.content for m in client.list_memories(user_id=user, filter=scope)}
        assert listed == expected, scope
    notes = client.recall(user_id=user, query="tea", kinds=[MemoryKind.MEMORY_KIND_NOTE])
    assert contents(notes) == ["tea note"]


def test_as_of_and_known_time_show_the_past(client: MemoryClient, user: str) -> None:
    """as_of_time leaves out what was said later; known_time what was not known then."""
    early = Message(content="I drive a van.", event_time=timestamp(2020))
    late = Message(content="I drive a truck.", event_time=timestamp(2024))
    client.ingest(user_id=user, messages=[early, late])

    as_of = client.recall(user_id=user, query="drive", as_of_time=timestamp(2022))
    known = client.recall(user_id=user, query="drive", known_time=timestamp(2022))

    assert contents(as_of) == ["I drive a van."]
    assert contents(known) == []


def test_what_has_expired_is_gone_everywhere(client: MemoryClient, user: str) -> None:
    """After expire_time a memory is neither recalled, searched, listed, brought to mind nor got."""
    past = Timestamp()
    past.FromDatetime(datetime.now(UTC) - timedelta(seconds=1))
    expired = client.create_memory(user_id=user, content="old news", expire_time=past).memory

    assert not client.recall(user_id=user, query="old news").results
    assert not list(client.search(user_id=user, query="news"))
    assert not list(client.list_memories(user_id=user))
    assert not client.conscious(user_id=user).memories
    with pytest.raises(Exception, match="no such memory"):
        client.get_memory(memory_id=expired.memory_id)


def test_min_score_and_budget_cut_what_is_not_worth_it(client: MemoryClient, user: str) -> None:
    """min_score leaves out the rest; the context block stays within its token budget."""
    say(client, user, "Tea from Assam.", *(f"Nothing {n} of note {'x' * 200}" for n in range(20)))

    scores = [r.score for r in client.recall(user_id=user, query="Assam tea").results]
    best = client.recall(user_id=user, query="Assam tea", min_score=sum(scores[:2]) / 2, limit=20)
    small = client.recall(user_id=user, query="note", token_budget=300, limit=20)

    assert contents(best) == ["Tea from Assam."]
    assert 0 < len(small.results) < 20
    assert len(small.context_block) <= 300 * 4
    assert small.context_block.count('"text"') == len(small.results)


@pytest.mark.parametrize("mode", MODES)
def test_search_pages_to_the_end_without_gaps_or_repeats(
    client: MemoryClient, user: str, mode: SearchMode
) -> None:
    """Pages of 7 hold each of 50 hits once, in order of score, while new messages arrive."""
    say(client, user, *(f"tea number {n} {'tea ' * (n % 5)}" for n in range(50)))
    seen, scores = [], []
    for page in client.search(user_id=user, query="tea", mode=mode, page_size=7).pages():
        seen += [hit.message.content for hit in page.results]
        scores += [hit.score for hit in page.results]
        say(client, user, "more tea")

    assert len(seen) == len(set(seen)) == 50
    assert scores == sorted(scores, reverse=True)


def test_a_page_token_belongs_to_its_request_and_tenant(
    client: MemoryClient, other_tenant: MemoryClient, user: str
) -> None:
    """With another query, user or tenant a page token is refused."""
    say(client, user, *(f"tea {n}" for n in range(5)))
    token = next(
        iter(client.search(user_id=user, query="tea", page_size=2).pages())
    ).next_page_token

    for who, asked_user, query in (
        (client, user, "coffee"),
        (client, f"{user}x", "tea"),
        (other_tenant, user, "tea"),
    ):
        with pytest.raises(InvalidArgument) as caught:
            list(who.search(user_id=asked_user, query=query, page_size=2, page_token=token))
        assert caught.value.reason == "PAGE_TOKEN_INVALID"
    again = client.search(user_id=user, query="tea", page_size=3, page_token=token)
    assert len(list(again)) == 3


def test_full_text_understands_its_syntax(client: MemoryClient, user: str) -> None:
    """All words, phrases, or and minus work, and the snippet marks the matches."""
    say(client, user, "green tea is hot", "hot green paint", "black tea", "tea that is green")
    full_text = SearchMode.SEARCH_MODE_FULL_TEXT

    def hits(query: str) -> set[str]:
        return {h.message.content for h in client.search(user_id=user, query=query, mode=full_text)}

    assert hits("green tea") == {"green tea is hot", "tea that is green"}
    assert hits('"green tea"') == {"green tea is hot"}
    assert hits("paint or black") == {"hot green paint", "black tea"}
    assert hits("tea -green") == {"black tea"}
    hit = next(iter(client.search(user_id=user, query="black", mode=full_text)))
    assert hit.snippet == "<b>black</b> tea"
    assert hit.breakdown.keyword > 0


def test_search_knows_messages_from_memories(client: MemoryClient, user: str) -> None:
    """The source says what is looked through, and a hit is what it is."""
    say(client, user, "tea was said")
    client.create_memory(user_id=user, content="tea was noted")

    def items(source: SearchSource) -> list[str]:
        found = client.search(user_id=user, query="tea", source=source)
        return sorted(str(hit.WhichOneof("item")) for hit in found)

    assert items(SearchSource.SEARCH_SOURCE_ALL) == ["memory", "message"]
    assert items(SearchSource.SEARCH_SOURCE_MESSAGES) == ["message"]
    assert items(SearchSource.SEARCH_SOURCE_MEMORIES) == ["memory"]


def test_conscious_begins_with_what_is_pinned(client: MemoryClient, user: str) -> None:
    """Pinned first, then by importance; noted before said; the block is fenced."""
    say(client, user, "Remember: my birthday is on 3 May.")
    client.create_memory(user_id=user, content="minor", importance=0.1)
    client.create_memory(user_id=user, content="major", importance=0.9)
    client.create_memory(user_id=user, content="pinned", importance=0.0, pinned=True)

    reply = client.conscious(user_id=user)

    assert [m.content for m in reply.memories] == [
        "pinned", "major", "minor", "Remember: my birthday is on 3 May.",
    ]  # fmt: skip
    assert reply.context_block.count('"text"') == 4
    assert reply.HasField("generate_time")
    assert [m.content for m in client.conscious(user_id=user, max_memories=1).memories] == [
        "pinned"
    ]


def test_lists_are_newest_first_and_complete(client: MemoryClient, user: str) -> None:
    """Pages of 7 hold each of 40 memories once, newest first."""
    for batch in range(4):
        say(client, user, *(f"{batch}-{n}" for n in range(10)))

    listed: list[Memory] = list(client.list_memories(user_id=user, page_size=7))

    times = [m.create_time.ToDatetime() for m in listed]
    assert len({m.memory_id for m in listed}) == 40
    assert times == sorted(times, reverse=True)


def test_large_texts_are_paged_by_size(client: MemoryClient, user: str) -> None:
    """A page ends before the reply would be too large to receive; nothing is lost."""
    for number in range(12):
        client.create_memory(user_id=user, content=f"{number} " + "ü" * 99_000)

    pages = list(client.list_memories(user_id=user, page_size=100).pages())
    reply = client.recall(user_id=user, query="ü", limit=100)

    assert len(pages) > 1
    assert sum(len(page.memories) for page in pages) == 12
    assert "REPLY_SIZE" in reply.degraded_reasons
