"""Timing: rounds, percentiles, callers at once; and the marks that figures are held against."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from itertools import count

import pytest

from bench.marks import Mark, marks_table
from bench.timing import Kind, concurrently, interleaved, timing_of


async def test_each_kind_begins_a_round_as_often_as_any_other() -> None:
    """What comes first in a round finds the processor's caches as the round before left them."""
    order: list[tuple[str, int]] = []

    def kind(name: str) -> Kind[int]:
        async def run(item: int) -> Mapping[str, float]:
            await asyncio.sleep(0)
            order.append((name, item))
            return {name: float(item)}

        return run

    kinds = [kind("a"), kind("b"), kind("c")]
    found = await interleaved(kinds, range(4), warm_up=1, advance=lambda: None)

    rounds = [[name for name, at in order if at == number] for number in range(4)]
    assert rounds == [["a", "b", "c"], ["b", "c", "a"], ["c", "a", "b"], ["a", "b", "c"]]
    assert found == {"b": [1.0, 2.0, 3.0], "c": [1.0, 2.0, 3.0], "a": [1.0, 2.0, 3.0]}


def test_percentiles_are_milliseconds() -> None:
    """Half are faster than p50, one in twenty slower than p95, one in a hundred slower than p99."""
    timing = timing_of(number / 1000 for number in range(101))

    assert (timing.p50, timing.p95, timing.p99) == pytest.approx((50.0, 95.0, 99.0))


async def test_failed_calls_are_counted_and_not_timed() -> None:
    """An error is no fast answer."""

    async def call(question: str) -> None:
        await asyncio.sleep(0)
        if int(question) % 4 == 0:
            raise ValueError(question)

    found = await concurrently(3, map(str, count()), 8, call)

    assert found.errors == {"ValueError": 2}
    assert (found.callers, found.calls) == (3, 8)
    assert found.per_second > 0


async def test_nothing_but_failures_is_told_too() -> None:
    """A server that answers nothing has no percentiles, and the report says why."""

    async def call(_: str) -> None:
        await asyncio.sleep(0)
        raise ConnectionError

    found = await concurrently(2, map(str, count()), 4, call)

    assert found.errors == {"ConnectionError": 4}
    assert found.per_second == 0


@pytest.mark.parametrize(
    ("value", "at_least", "met"), [(3.0, False, True), (3.01, False, False), (3.0, True, True)]
)
def test_a_mark_is_met_at_its_target(*, value: float, at_least: bool, met: bool) -> None:
    """The target itself will do, whether it is the least or the most."""
    assert Mark("ratio", value, 3.0, at_least=at_least).met is met


def test_marks_say_what_they_ask_for() -> None:
    """Each with its figure, its target and whether it is met."""
    marks = [Mark("ratio", 3.456, 3.0), Mark("rate", 3_210.4, 3_000, at_least=True, unit=" a s")]

    assert marks_table(marks).rows == (
        ("ratio", "3.46", "≤ 3", "NO"),
        ("rate", "3,210 a s", "≥ 3,000 a s", "yes"),
    )
    assert marks[0].as_json() == {"name": "ratio", "value": 3.456, "target": "≤ 3", "met": False}
