"""A provider in trouble is left alone, looked at once in a while, and taken up again."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from memsvc.providers.circuit_breaker import SUCCESSES_PER_STEP, AdaptiveLimit, CircuitBreaker
from memsvc.providers.model_errors import ModelBusy

FAILURES_MAX = 5
PAUSE = 30.0


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        """Begin anywhere."""
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def admitted(breaker: CircuitBreaker) -> int:
    """Return the number of a call that the breaker lets through."""
    era = breaker.admit()
    assert era is not None
    return era


def opened(clock: Clock) -> CircuitBreaker:
    """Return a breaker that has just opened."""
    breaker = CircuitBreaker(FAILURES_MAX, PAUSE, clock)
    for _ in range(FAILURES_MAX):
        breaker.failed(admitted(breaker))
    return breaker


def test_it_opens_at_the_fifth_failure_in_a_row() -> None:
    """Four failures change nothing, the fifth stops all calls."""
    breaker = CircuitBreaker(FAILURES_MAX, PAUSE, Clock())
    for _ in range(FAILURES_MAX - 1):
        breaker.failed(admitted(breaker))
    assert not breaker.is_open
    breaker.failed(admitted(breaker))
    assert breaker.is_open
    assert breaker.admit() is None


def test_a_success_in_between_begins_the_count_anew() -> None:
    """Failures that do not follow each other never open it."""
    breaker = CircuitBreaker(FAILURES_MAX, PAUSE, Clock())
    for _ in range(3):
        for _ in range(FAILURES_MAX - 1):
            breaker.failed(admitted(breaker))
        breaker.succeeded(admitted(breaker))
    assert not breaker.is_open


def test_what_tells_nothing_does_not_count() -> None:
    """Calls that were given up neither open it nor begin the count anew."""
    breaker = CircuitBreaker(FAILURES_MAX, PAUSE, Clock())
    for _ in range(FAILURES_MAX - 1):
        breaker.failed(admitted(breaker))
        breaker.released(admitted(breaker))
    assert not breaker.is_open
    breaker.failed(admitted(breaker))
    assert breaker.is_open


def test_after_the_pause_one_probe_goes_through() -> None:
    """Before the pause is over none does; during the probe no second one does."""
    clock = Clock()
    breaker = opened(clock)
    clock.now += PAUSE - 0.001
    assert breaker.admit() is None
    clock.now += 0.001
    assert not breaker.is_open
    probe = admitted(breaker)
    assert breaker.is_open
    assert breaker.admit() is None
    breaker.succeeded(probe)
    assert not breaker.is_open
    assert breaker.admit() is not None
    assert breaker.admit() is not None


def test_a_failed_probe_begins_another_pause() -> None:
    """One failure is enough then, and the pause is as long as the first."""
    clock = Clock()
    breaker = opened(clock)
    clock.now += PAUSE
    breaker.failed(admitted(breaker))
    assert breaker.is_open
    clock.now += PAUSE - 0.001
    assert breaker.admit() is None
    clock.now += 0.001
    assert breaker.admit() is not None


def test_after_a_probe_that_succeeded_it_takes_five_failures_again() -> None:
    """A breaker that has closed is like a new one."""
    clock = Clock()
    breaker = opened(clock)
    clock.now += PAUSE
    breaker.succeeded(admitted(breaker))
    for _ in range(FAILURES_MAX - 1):
        breaker.failed(admitted(breaker))
    assert not breaker.is_open


def test_a_probe_that_was_given_up_makes_room_for_another() -> None:
    """A caller that goes away never leaves the provider shut out."""
    clock = Clock()
    breaker = opened(clock)
    clock.now += PAUSE
    breaker.released(admitted(breaker))
    assert not breaker.is_open
    assert breaker.admit() is not None


def test_old_news_change_nothing() -> None:
    """The end of a call from before it opened neither closes it, nor ends or fails its probe."""
    clock = Clock()
    breaker = CircuitBreaker(FAILURES_MAX, PAUSE, clock)
    calls = [admitted(breaker) for _ in range(FAILURES_MAX + 3)]
    for era in calls[:FAILURES_MAX]:
        breaker.failed(era)
    late_success, late_failure, late_end = calls[FAILURES_MAX:]
    breaker.succeeded(late_success)
    assert breaker.is_open
    clock.now += PAUSE
    probe = admitted(breaker)
    breaker.failed(late_failure)
    breaker.released(late_end)
    assert breaker.admit() is None
    breaker.succeeded(probe)
    assert not breaker.is_open


async def test_no_more_calls_run_than_are_allowed() -> None:
    """Those that are too many run in turn, in the order in which they came."""
    limit = AdaptiveLimit(2)
    running, order, running_max = 0, list[int](), 0

    async def call(number: int) -> None:
        nonlocal running, running_max
        async with limit.slot(30):
            running += 1
            running_max = max(running_max, running)
            order.append(number)
            await asyncio.sleep(0)
            running -= 1

    await asyncio.gather(*(call(number) for number in range(9)))
    assert running_max == 2
    assert order == list(range(9))


async def test_who_waits_too_long_is_told_that_it_is_busy() -> None:
    """Waiting for one's turn has an end, and leaves no trace."""
    limit = AdaptiveLimit(1)
    async with limit.slot(30):
        with pytest.raises(ModelBusy):
            async with limit.slot(0.01):
                pytest.fail("there was no place")
    async with limit.slot(0.01):
        pass


@pytest.mark.parametrize("turn", ["to come", "given"])
async def test_who_goes_away_while_waiting_takes_no_place(turn: str) -> None:
    """A place that was given to a call that is given up at that moment is passed on."""
    limit = AdaptiveLimit(1)

    async def call() -> None:
        async with limit.slot(30):
            pass

    async with AsyncExitStack() as held:
        await held.enter_async_context(limit.slot(30))
        first, second = asyncio.create_task(call()), asyncio.create_task(call())
        await asyncio.sleep(0)
        if turn == "given":
            await held.aclose()
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
    await asyncio.wait_for(second, 30)
    await asyncio.wait_for(call(), 30)


def test_it_halves_down_to_one_and_recovers_step_by_step() -> None:
    """Every ten successes allow one more call, up to where it began."""
    limit = AdaptiveLimit(8)
    for allowed in (4, 2, 1, 1):
        limit.halve()
        assert limit.allowed == allowed
    for allowed in (2, 3, 4, 5, 6, 7, 8, 8):
        for _ in range(SUCCESSES_PER_STEP - 1):
            limit.succeeded()
        assert limit.allowed == (allowed if limit.allowed == 8 else allowed - 1)
        limit.succeeded()
        assert limit.allowed == allowed


async def test_a_lower_limit_holds_back_who_waits() -> None:
    """Calls that run go on, but no other begins before fewer than the new limit run."""
    limit = AdaptiveLimit(2)
    entered = asyncio.Event()

    async def call() -> None:
        async with limit.slot(30):
            entered.set()

    async with limit.slot(30):
        async with limit.slot(30):
            waiting = asyncio.create_task(call())
            await asyncio.sleep(0)
            limit.halve()
        await asyncio.sleep(0)
        assert not entered.is_set()
        for _ in range(SUCCESSES_PER_STEP):
            limit.succeeded()
        await asyncio.wait_for(waiting, 30)
