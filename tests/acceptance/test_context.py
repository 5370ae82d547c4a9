"""What stands around a memory, and the time that a question names, as a caller sees them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from memsvc_client import (
    ContextWeights,
    MemoryClient,
    Message,
    RankingWeights,
    RecallResponse,
    ScoredMemory,
)
from tests.support.texts import contents, say

WORDS_AND_MEANING = RankingWeights(context=0, importance=0, recency=0, confidence=0)
TALK = [
    ("Ben", "Which instrument did you finally pick for the school orchestra?"),
    ("Ana", "The long one, can you believe it!"),
    ("Ben", "That suits you."),
]
SMALL_TALK = [
    ("Ben", "It rained all morning."),
    ("Ana", "The bus was late again."),
    ("Ben", "We should leave earlier."),
    ("Ana", "Lunch was fine."),
]


def timestamp(year: int, month: int, day: int) -> Timestamp:
    """A day's noon."""
    message = Timestamp()
    message.FromDatetime(datetime(year, month, day, 12, tzinfo=UTC))
    return message


def talk(client: MemoryClient, user: str, *turns: tuple[str, str]) -> list[str]:
    """Ingest what was said as one conversation; return the message ids."""
    messages = [Message(author=author, content=text) for author, text in turns]
    reply = client.ingest(user_id=user, conversation_id=str(uuid4()), messages=messages)
    return [result.message_id for result in reply.results]


def hit(reply: RecallResponse, content: str) -> ScoredMemory:
    """Return the result with this *content*."""
    return next(result for result in reply.results if result.memory.content == content)


def test_an_answer_is_found_through_the_question_before_it(client: MemoryClient, user: str) -> None:
    """A reply that shares no word with the query comes up through its neighbour, which is named."""
    for _ in range(3):
        talk(client, user, *SMALL_TALK)
    asked, _, _ = talk(client, user, *TALK)
    query = "instrument for the school orchestra"

    plain = client.recall(user_id=user, query=query, weights=WORDS_AND_MEANING, limit=20)
    reply = client.recall(user_id=user, query=query, explain=True, limit=20)

    answer = TALK[1][1]
    assert contents(reply).index(answer) <= 1
    assert contents(reply).index(answer) < contents(plain).index(answer)
    around = hit(reply, answer).context
    assert asked in around.neighbour_message_ids
    assert around.neighbour_keyword > 0.5


def test_the_context_explains_itself(client: MemoryClient, user: str) -> None:
    """The parts that apply, weighted as applied, have the breakdown's context as their mean."""
    talk(client, user, *TALK)
    client.create_memory(user_id=user, content="Ana plays the bassoon.")

    reply = client.recall(user_id=user, query="What does Ana play?", explain=True)

    shares = reply.weights.context_weights
    names = ["neighbour_semantic", "neighbour_keyword", "conversation_semantic"]
    for result in reply.results:
        around = result.context
        applying = [*names, "conversation_keyword"]
        applying += [name for name in ("speaker", "time") if around.HasField(name)]
        total = sum(getattr(shares, name) * getattr(around, name) for name in applying)
        mean = total / sum(getattr(shares, name) for name in applying)
        assert result.breakdown.context == pytest.approx(mean, abs=1e-6)
    note = next(result for result in reply.results if not result.memory.conversation_id)
    assert note.context.neighbour_semantic == note.breakdown.semantic
    assert not note.context.HasField("speaker")


def test_parts_of_the_context_can_be_switched_off(client: MemoryClient, user: str) -> None:
    """A request's context weights are the ones applied; a part at 0 counts no more."""
    talk(client, user, ("Ana", "Jazz tonight."), ("Ben", "Jazz tonight too."))
    off = RankingWeights(context_weights=ContextWeights(speaker=0))

    on_reply = client.recall(user_id=user, query="What did Ben say about jazz?")
    off_reply = client.recall(
        user_id=user, query="What did Ben say about jazz?", weights=off, explain=True
    )

    assert on_reply.results[0].memory.content == "Jazz tonight too."
    assert off_reply.weights.context_weights.speaker == 0
    assert off_reply.weights.context_weights.neighbour_semantic > 0
    shares = off_reply.weights.context_weights
    for result in off_reply.results:
        parts = (
            (shares.neighbour_semantic, result.context.neighbour_semantic),
            (shares.neighbour_keyword, result.context.neighbour_keyword),
            (shares.conversation_semantic, result.context.conversation_semantic),
            (shares.conversation_keyword, result.context.conversation_keyword),
        )
        mean = sum(share * part for share, part in parts) / sum(share for share, _ in parts)
        assert result.breakdown.context == pytest.approx(mean)


def test_a_new_message_counts_at_once(client: MemoryClient, user: str) -> None:
    """What arrives changes what stands beside it from the very next question on."""
    conversation = str(uuid4())
    say(client, user, "Which colour is the new boat?", conversation_id=conversation)
    before = client.recall(user_id=user, query="colour of the boat")
    say(client, user, "Teal!", conversation_id=conversation)

    after = client.recall(user_id=user, query="colour of the boat", explain=True)

    assert contents(before) == ["Which colour is the new boat?"]
    assert hit(after, "Teal!").context.neighbour_keyword == 1


def test_a_named_time_is_preferred_softly(client: MemoryClient, user: str) -> None:
    """Of like memories the ones of that time come first; the answer says how it was understood."""
    for year in (2021, 2022, 2023):
        message = Message(content=f"We went hiking near lake {year - 2000}.")
        message.event_time.CopyFrom(timestamp(year, 5, 9))
        client.ingest(user_id=user, conversation_id=f"c{year}", messages=[message])

    reply = client.recall(user_id=user, query="Where did we go hiking in May 2022?", explain=True)
    unnamed = client.recall(user_id=user, query="Where did we go hiking?", explain=True)

    assert contents(reply)[0] == "We went hiking near lake 22."
    assert len(reply.results) == 3
    assert reply.named_time.text == "May 2022"
    assert reply.named_time.start_time.ToDatetime(tzinfo=UTC) == datetime(2022, 5, 1, tzinfo=UTC)
    assert reply.named_time.end_time.ToDatetime(tzinfo=UTC) == datetime(2022, 6, 1, tzinfo=UTC)
    assert reply.results[0].context.time == 1
    assert reply.results[1].context.time < 0.1
    assert not unnamed.HasField("named_time")
    assert not unnamed.results[0].context.HasField("time")


def test_relative_words_count_from_as_of_time(client: MemoryClient, user: str) -> None:
    """The "last May" of a question is the May before its as_of_time."""
    message = Message(content="We went hiking.")
    message.event_time.CopyFrom(timestamp(2021, 5, 9))
    client.ingest(user_id=user, messages=[message])

    reply = client.recall(
        user_id=user, query="hiking last May", as_of_time=datetime(2022, 2, 1, tzinfo=UTC)
    )

    assert reply.named_time.start_time.ToDatetime(tzinfo=UTC) == datetime(2021, 5, 1, tzinfo=UTC)


def test_what_was_said_again_lately_gains(client: MemoryClient, user: str) -> None:
    """Of two like statements the later one leads, by recency alone: at weight 0 the lead is gone."""
    now = datetime.now(UTC)
    for days, weekday in ((1, "Thursday"), (90, "Tuesday")):
        message = Message(content=f"The pub quiz is on {weekday}.")
        message.event_time.FromDatetime(now - timedelta(days=days))
        client.ingest(user_id=user, conversation_id=f"c{days}", messages=[message])
    query = "Which evening is the pub quiz?"

    reply = client.recall(user_id=user, query=query, explain=True)
    without = client.recall(user_id=user, query=query, weights=RankingWeights(recency=0))

    scores = {result.memory.content: result for result in reply.results}
    later, earlier = (scores[f"The pub quiz is on {day}."] for day in ("Thursday", "Tuesday"))
    assert later.breakdown.recency > 0.9
    assert earlier.breakdown.recency == pytest.approx(0.125, abs=0.01)
    lead = later.score - earlier.score
    plain = {result.memory.content: result.score for result in without.results}
    plain_lead = plain[later.memory.content] - plain[earlier.memory.content]
    assert lead - plain_lead == pytest.approx(
        reply.weights.recency * (later.breakdown.recency - earlier.breakdown.recency), abs=1e-6
    )


def test_what_was_said_later_is_unknown_before(client: MemoryClient, user: str) -> None:
    """as_of_time filters before anything is ranked: later messages are not even neighbours."""
    conversation = str(uuid4())
    for day, text in ((1, "We plan the harbour trip."), (20, "The harbour trip was great.")):
        message = Message(content=text)
        message.event_time.CopyFrom(timestamp(2022, 3, day))
        client.ingest(user_id=user, conversation_id=conversation, messages=[message])

    reply = client.recall(
        user_id=user,
        query="harbour trip",
        as_of_time=datetime(2022, 3, 10, tzinfo=UTC),
        explain=True,
    )

    assert contents(reply) == ["We plan the harbour trip."]
    assert not reply.results[0].context.neighbour_message_ids


def test_what_says_nothing_new_comes_once(client: MemoryClient, user: str) -> None:
    """A near-duplicate is left out; a negation, a number and a name that differ are not."""
    say(
        client,
        user,
        "I really love hiking in the Alps, you know.",
        "I love hiking in the Alps.",
        "I do not love hiking in the Alps.",
        "I am 32 years old.",
        "I am 33 years old.",
    )

    found = contents(client.recall(user_id=user, query="hiking Alps, years old", limit=20))

    assert len(found) == 4
    assert len([text for text in found if "love" in text and "not" not in text]) == 1


def test_the_budget_is_filled_by_value(client: MemoryClient, user: str) -> None:
    """What does not fit is passed over for the next best that does, up to the limit."""
    say(client, user, "Tea " + "from Assam " * 60)
    for number in range(6):
        say(client, user, f"Tea number {number}.")

    reply = client.recall(user_id=user, query="tea", token_budget=300, limit=4)

    assert len(reply.results) == 4
    assert all("Assam" not in text for text in contents(reply))
    assert len(reply.context_block) <= 300 * 4
