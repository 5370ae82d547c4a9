"""Buckets, the adaptive limit and the table of costs: pure parts of who is served when."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc.core.adaptive_limit import IDLE_CALLS, WINDOW_CALLS, AdaptiveLimit
from memsvc.core.costs import COSTS, Priority, cost_of
from memsvc.core.headroom import IDLE_ENOUGH, IDLE_LEAST, IDLE_MIN, START, Headroom
from memsvc.core.token_bucket import TokenBucket
from memsvc.rpc.server import METHODS, SERVICES

steps = st.lists(st.tuples(st.floats(0, 10), st.floats(0.01, 30)), min_size=1, max_size=60)


@given(rate=st.floats(0.1, 100), burst=st.floats(1, 100), calls=steps)
def test_a_bucket_never_gives_more_than_burst_and_rate(
    rate: float, burst: float, calls: list[tuple[float, float]]
) -> None:
    """Over any time what is taken stays below burst + rate · time, but for one dear call."""
    bucket = TokenBucket(rate, burst, 0.0)
    now = taken = dearest = 0.0
    for pause, units in calls:
        now += pause
        if not bucket.take(units, now):
            taken += units
            dearest = max(dearest, units)
        assert taken <= burst + rate * now + dearest + 1e-6


@given(rate=st.floats(0.1, 100), burst=st.floats(1, 100), units=st.floats(0.01, 300))
def test_who_comes_back_when_told_is_served(rate: float, burst: float, units: float) -> None:
    """The seconds that a refusal names suffice, and half of them do not."""
    bucket = TokenBucket(rate, burst, 0.0)
    bucket.take(burst, 0.0)
    seconds = bucket.take(units, 0.0)

    assert seconds > 0
    assert bucket.take(units, seconds / 2) > 0
    assert not bucket.take(units, seconds * (1 + 1e-9) + 1e-9)


def test_a_clock_that_goes_back_gives_nothing() -> None:
    """A bucket that is asked with an earlier time neither fills nor fails."""
    bucket = TokenBucket(1.0, 2.0, 100.0)
    assert not bucket.take(2.0, 100.0)
    assert bucket.take(1.0, 50.0) > 0
    assert bucket.take(1.0, 100.5) > 0
    assert not bucket.take(1.0, 101.0)


def _settled(service: float, places: int, *, calls: int = 6000) -> AdaptiveLimit:
    """Return a limit after many calls on a machine that serves *places* at once in *service* seconds."""
    limit = AdaptiveLimit(2, 200, tolerance=2.0)
    for _ in range(WINDOW_CALLS):
        limit.note("Recall", service, 1)
    for _ in range(calls):
        running = limit.limit
        limit.note("Recall", service * max(1.0, running / places), running)
    while limit.limit <= IDLE_CALLS:
        limit.note("Recall", service, limit.limit)
    return limit


@pytest.mark.parametrize("places", [4, 16, 60])
def test_the_limit_finds_how_many_calls_a_machine_serves(places: int) -> None:
    """It settles about where calls take twice as long as alone, wherever it began."""
    assert places * 1.4 <= _settled(0.01, places).limit <= places * 2.2 + 1


def test_calls_that_do_not_slow_each_other_down_are_not_held_back() -> None:
    """Without contention the limit rises to the most that it may be."""
    assert _settled(0.01, 1000, calls=20_000).limit == 200


def test_a_server_that_is_not_full_keeps_its_limit() -> None:
    """The limit rises only when it was reached: an idle hour does not open the gates."""
    limit = AdaptiveLimit(20, 200, tolerance=2.0)
    before = limit.limit
    for _ in range(5000):
        limit.note("Recall", 0.01, 3)
    assert limit.limit == before


def test_a_full_server_notices_that_calls_have_become_dearer() -> None:
    """When every call takes longer for another reason than their number, the limit comes back."""
    limit = _settled(0.01, 16)
    for _ in range(20_000):
        running = limit.limit
        limit.note("Recall", 0.05 * max(1.0, running / 16), running)
    assert 16 * 1.4 <= limit.limit <= 16 * 2.2


def test_dear_methods_are_measured_by_their_own_time() -> None:
    """That some calls take a hundred times longer than others is no sign of load."""
    limit = AdaptiveLimit(20, 200, tolerance=2.0)
    before = limit.limit
    for number in range(5000):
        limit.note(*(("Search", 0.5) if number % 3 else ("GetMemory", 0.005)), 3)
    assert limit.limit == before


def test_a_process_that_is_never_idle_rests_but_never_twice_in_a_row() -> None:
    """However many run, the limit falls to one call at a time, then none for a moment, then one again."""
    headroom = Headroom(64)
    limits = []
    for _ in range(40):
        headroom.note_running(headroom.limit)
        headroom.note_idle(0.01)
        limits.append(headroom.limit)
    assert sorted(limits[20:22]) == [0, 1]
    assert limits[20:] == limits[20:22] * 10


def test_one_call_at_a_time_goes_on_while_there_is_some_time_to_spare() -> None:
    """A process that is idle for less than it should be, but at times, never rests."""
    headroom = Headroom(64)
    for _ in range(40):
        headroom.note_idle((IDLE_LEAST + IDLE_MIN) / 2)
        assert headroom.limit >= 1
    assert headroom.limit == 1


def test_after_a_rest_calls_are_taken_in_again() -> None:
    """A moment of idleness ends it, whether or not anything ran."""
    headroom = Headroom(64)
    while headroom.limit > 0:
        headroom.note_idle(0.0)
    headroom.note_idle((IDLE_MIN + IDLE_ENOUGH) / 2)
    assert headroom.limit == 1


def test_a_process_with_time_to_spare_takes_in_more_where_more_comes() -> None:
    """The limit grows to the most while it is reached; while it is not, it stays."""
    headroom = Headroom(64)
    for _ in range(100):
        headroom.note_running(headroom.limit - 1)
        headroom.note_idle(0.9)
    assert headroom.limit == START
    for _ in range(100):
        headroom.note_running(headroom.limit)
        headroom.note_idle(0.9)
    assert headroom.limit == 64


@given(cost=st.floats(0.02, 0.9), calls=st.integers(1, 64))
def test_the_process_keeps_time_to_spare_whatever_calls_cost(cost: float, calls: int) -> None:
    """With calls that each take a share of its time, it ends up busy but not full, or with all that come."""
    headroom = Headroom(64)
    busy = [0.0]
    for _ in range(200):
        running = min(calls, headroom.limit)
        headroom.note_running(running)
        busy.append(min(running * cost, 1.0))
        headroom.note_idle(1 - busy[-1])
    settled = busy[100:]
    # One call may be more than there is time for; else the limit swings below the time there is.
    assert sum(settled) / 100 <= max(1 - IDLE_MIN + cost / 2, cost)
    assert max(settled) >= min(calls * cost, (1 - IDLE_ENOUGH) / 2)


def test_every_method_has_a_cost_and_every_cost_a_method() -> None:
    """A new RPC is listed with what it costs before it is served."""
    answered = {method.removeprefix("memsvc.v1.") for method in METHODS}
    assert answered <= COSTS.keys()


def test_a_stream_takes_no_place_among_quick_calls() -> None:
    """All methods with a stream are known as lasting ones: others would wait for them for an hour."""
    streams = {
        f"{service.name}/{method.name}"
        for service in SERVICES.values()
        for method in service.methods
        if method.client_streaming or method.server_streaming
    }
    assert len(streams) >= 5
    assert [name for name in streams if not COSTS[name].lasting] == []


def test_what_takes_access_away_is_never_limited() -> None:
    """Revoking, erasing and asking for the limits go through however busy the server is."""
    for method in ("UserService/EraseUser", "AdminService/GetLimits", "ApiKeyService/RevokeApiKey"):
        assert cost_of(f"/memsvc.v1.{method}").priority is Priority.CONTROL
