"""Kept answers, straight into a real database: for how long, whose, how many, and what is counted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from memsvc.core.cache_key import cache_key
from memsvc.core.model import Caller, RankingWeights
from memsvc.core.secrets import SecretPolicy
from memsvc.store import forgetting
from memsvc.store.database import Database
from memsvc.usecases.chats.response_cache import TRIM_EVERY, CachedAnswer, ResponseCache
from memsvc.usecases.context import Context
from memsvc.usecases.screening import TrustPolicy
from memsvc.wiring.clock import new_id

START = datetime.now(UTC).replace(microsecond=0)
ANSWER = CachedAnswer("Tea, as always.", 1, "local", "small", 12, 4)


def key(text: str = "what do I like?") -> bytes:
    """The key of a question."""
    return cache_key({"message": text})


@dataclass
class Clock:
    """A clock that a test moves."""

    now: datetime = START

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The time."""
    return Clock()


@pytest.fixture
def context(database: Database, clock: Clock) -> Context:
    """What use cases are given."""
    return Context(database, clock, new_id, b"key", lambda _: RankingWeights(), 1000)


@pytest.fixture
def cache(context: Context) -> ResponseCache:
    """A cache that keeps answers for an hour."""
    return ResponseCache(context, 3600)


async def test_an_answer_is_given_again(cache: ResponseCache, caller: Caller) -> None:
    """What was put comes back whole; another key finds nothing; both are counted."""
    assert await cache.get(caller, "ana", key()) is None
    await cache.put(caller, "ana", key(), ANSWER)

    assert await cache.get(caller, "ana", key()) == ANSWER
    assert await cache.get(caller, "ana", key("and now?")) is None
    stats = await cache.stats(caller)
    assert (stats.answers, stats.hits, stats.misses) == (1, 1, 2)
    assert stats.text_bytes == len(ANSWER.text)


async def test_an_answer_is_one_users(cache: ResponseCache, caller: Caller) -> None:
    """The same question of another user or another tenant finds nothing."""
    await cache.put(caller, "ana", key(), ANSWER)

    assert await cache.get(caller, "bob", key()) is None
    elsewhere = replace(caller, tenant_id=f"tenant-{uuid4()}")
    assert await cache.get(elsewhere, "ana", key()) is None
    assert (await cache.stats(elsewhere)).answers == 0


async def test_a_newer_answer_takes_the_place_of_the_older(
    cache: ResponseCache, caller: Caller, clock: Clock
) -> None:
    """One key has one answer, whose time begins anew."""
    await cache.put(caller, "ana", key(), ANSWER)
    clock.now += timedelta(minutes=59)
    newer = replace(ANSWER, text="Coffee by now.")
    await cache.put(caller, "ana", key(), newer)
    clock.now += timedelta(minutes=59)

    assert await cache.get(caller, "ana", key()) == newer
    assert (await cache.stats(caller)).answers == 1


async def test_an_answers_time_is_over_before_it_is_swept(
    context: Context, cache: ResponseCache, caller: Caller, clock: Clock
) -> None:
    """After an hour it is not given any more; the sweep takes those that are over and no others."""
    clock.now = START - timedelta(hours=2)
    await cache.put(caller, "ana", key("old"), ANSWER)
    clock.now = START
    await cache.put(caller, "ana", key("new"), ANSWER)

    assert await cache.get(caller, "ana", key("old")) is None
    assert (await cache.stats(caller)).answers == 1
    assert await cache.sweep() >= 1
    assert await cache.clear(caller) == 1


async def test_a_cache_that_is_off_keeps_and_counts_nothing(
    context: Context, caller: Caller
) -> None:
    """With 0 seconds every question is a new one."""
    off = ResponseCache(context, 0)
    await off.put(caller, "ana", key(), ANSWER)

    assert await off.get(caller, "ana", key()) is None
    stats = await off.stats(caller)
    assert (stats.seconds, stats.answers, stats.hits, stats.misses) == (0, 0, 0, 0)


async def test_clearing_drops_a_users_answers_or_all(cache: ResponseCache, caller: Caller) -> None:
    """The others stay, and the count is told."""
    for user in ("ana", "bob", "eve"):
        await cache.put(caller, user, key(), ANSWER)

    assert await cache.clear(caller, "ana") == 1
    assert await cache.get(caller, "bob", key()) == ANSWER
    assert await cache.clear(caller) == 2
    assert await cache.get(caller, "bob", key()) is None


async def test_a_bound_caller_reaches_its_own_answers(cache: ResponseCache, caller: Caller) -> None:
    """It neither finds, counts nor drops those of others, and learns no counts of the tenant."""
    bound = replace(caller, user_id="ana")
    await cache.put(caller, "bob", key(), ANSWER)
    await cache.put(bound, "ana", key(), ANSWER)

    assert await cache.get(bound, "bob", key()) is None
    assert (await cache.stats(bound)).answers == 1
    assert (await cache.stats(bound)).misses == 0
    assert await cache.clear(bound) == 1
    assert await cache.get(caller, "bob", key()) == ANSWER


async def test_the_oldest_answers_make_room(context: Context, caller: Caller, clock: Clock) -> None:
    """A tenant keeps about so many as it may; every so many puts the oldest beyond go."""
    cache = ResponseCache(context, 3600, answers_max=10)
    for number in range(TRIM_EVERY):
        clock.now += timedelta(seconds=1)
        await cache.put(caller, "ana", key(str(number)), ANSWER)

    assert (await cache.stats(caller)).answers == 10
    assert await cache.get(caller, "ana", key(str(TRIM_EVERY - 1))) == ANSWER
    assert await cache.get(caller, "ana", key("0")) is None


async def test_counts_outlive_the_process(context: Context, caller: Caller) -> None:
    """Once flushed they are the tenant's, whoever asks, and are counted once."""
    first = ResponseCache(context, 3600)
    await first.get(caller, "ana", key())
    await first.put(caller, "ana", key(), ANSWER)
    await first.get(caller, "ana", key())
    assert await first.flush() == 1
    assert await first.flush() == 0

    second = ResponseCache(context, 3600)
    await second.get(caller, "ana", key())

    stats = await second.stats(caller)
    assert (stats.hits, stats.misses) == (2, 1)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("", False),
        ("x" * 200_001, False),
        ("My key is AKIAIOSFODNN7EXAMPL3.", False),
        ("Tea.", True),
    ],
    ids=["empty", "too long", "a secret", "an answer"],
)
async def test_what_must_not_be_stored_is_not_kept(
    cache: ResponseCache, caller: Caller, text: str, *, kept: bool
) -> None:
    """An empty or overlong answer and one with a secret are given once and forgotten."""
    await cache.put(caller, "ana", key(), replace(ANSWER, text=text))

    assert (await cache.get(caller, "ana", key()) is not None) == kept


async def test_what_cannot_be_kept_takes_the_place_of_what_was(
    cache: ResponseCache, caller: Caller
) -> None:
    """An answer that was asked for anew and must not be stored: the one before is not given again either."""
    await cache.put(caller, "ana", key(), ANSWER)
    await cache.put(caller, "ana", key(), replace(ANSWER, text="It is AKIAIOSFODNN7EXAMPL3."))

    assert await cache.get(caller, "ana", key()) is None


async def test_a_tenant_without_masking_has_all_answers_kept(
    context: Context, caller: Caller
) -> None:
    """Where secrets are stored anyway, an answer that tells one is kept too."""
    lax = replace(context, trust=lambda _: TrustPolicy(secrets=SecretPolicy.OFF))
    cache = ResponseCache(lax, 3600)
    await cache.put(caller, "ana", key(), replace(ANSWER, text="AKIAIOSFODNN7EXAMPL3"))

    assert await cache.get(caller, "ana", key()) is not None


async def test_an_erased_user_leaves_no_answer(
    cache: ResponseCache, context: Context, caller: Caller, clock: Clock
) -> None:
    """Erasing finds the answers in the catalogue."""
    await cache.put(caller, "ana", key(), ANSWER)
    async with context.database.transaction(caller) as tx:
        await forgetting.hold(tx, "ana")
        removed = await forgetting.remove_rows(tx, "ana", rows_max=100)

    assert removed["response_cache"] == 1
    assert await cache.get(caller, "ana", key()) is None
