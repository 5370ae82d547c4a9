"""What was so from when to when follows from what was said, in whatever order it arrived."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc.core.model import Role, SourceClass
from memsvc.core.provenance import CLASS_TRUST, FLAGGED_FACTOR, ROLE_CLASS
from memsvc.core.supersession import Mention, Span, arrange

START = datetime(2024, 1, 1, tzinfo=UTC)


def said(
    day: int, key: str, *, role: Role = Role.USER, confidence: float = 0.9, ends: bool = False
) -> Mention:
    """A mention on a day of 2024."""
    time = START + timedelta(days=day)
    message_id = f"{day}-{key}-{role}-{ends}"
    return Mention(time, key, message_id, role, confidence, None, ends=ends)


def present(spans: Sequence[Span]) -> str | None:
    """What holds now."""
    holding = [span.key for span in spans if span.end is None]
    assert len(holding) <= 1
    return holding[0] if holding else None


def told(spans: Sequence[Span]) -> list[tuple[str, int, int | None, bool]]:
    """The spans by value, first day, last day, and whether they are contested."""
    return [
        (
            span.key,
            (span.start - START).days,
            None if span.end is None else (span.end - START).days,
            span.contested,
        )
        for span in spans
    ]


def test_a_newer_value_ends_the_older_one_on_the_day_it_happened() -> None:
    """A value holds from its own time to that of the next one."""
    assert told(arrange([said(0, "austin"), said(30, "boston")])) == [
        ("austin", 0, 30, False),
        ("boston", 30, None, False),
    ]


def test_a_value_that_comes_back_holds_again() -> None:
    """A, B and A again are three spans."""
    spans = arrange([said(0, "austin"), said(30, "dallas"), said(60, "austin")])

    assert told(spans) == [
        ("austin", 0, 30, False),
        ("dallas", 30, 60, False),
        ("austin", 60, None, False),
    ]


def test_a_late_arrival_is_history() -> None:
    """What was so before does not displace what is so now, and splits a span it falls into."""
    spans = arrange([said(0, "austin"), said(60, "austin"), said(30, "boston")])

    assert told(spans) == [
        ("austin", 0, 30, False),
        ("boston", 30, 60, False),
        ("austin", 60, None, False),
    ]


def test_a_repetition_goes_on_with_the_span() -> None:
    """Said again, it is one fact that was refreshed."""
    (span,) = arrange([said(0, "austin"), said(9, "austin", confidence=0.95)])

    assert span.refresh == START + timedelta(days=9)
    assert span.confidence == pytest.approx(0.95)
    assert len(span.mentions) == 2


def test_a_less_trusted_voice_displaces_nothing() -> None:
    """What an assistant or a tool says stays beside what the user said, as contested."""
    for role in (Role.ASSISTANT, Role.SYSTEM, Role.TOOL):
        spans = arrange([said(0, "austin"), said(30, "boston", role=role)])

        assert told(spans) == [("austin", 0, None, False), ("boston", 30, 30, True)]
        assert spans[1].ended_by is spans[0]


def test_a_less_trusted_voice_fills_a_gap_and_yields_to_the_user() -> None:
    """Nobody's word is better than none, until the user speaks."""
    spans = arrange([said(0, "boston", role=Role.ASSISTANT), said(30, "austin")])

    assert told(spans) == [("boston", 0, 30, False), ("austin", 30, None, False)]


def test_a_less_trusted_repetition_makes_nothing_fresher() -> None:
    """An echo of the user's own word does not keep it alive."""
    (span,) = arrange([said(0, "austin"), said(30, "austin", role=Role.ASSISTANT)])

    assert span.refresh == START
    assert span.role is Role.USER


def test_what_is_much_less_sure_displaces_nothing() -> None:
    """Down to 0.15 less confidence is enough to take over, no further."""
    sure = said(0, "austin", confidence=0.95)

    assert present(arrange([sure, said(9, "boston", confidence=0.81)])) == "boston"
    assert present(arrange([sure, said(9, "boston", confidence=0.6)])) == "austin"


def test_an_end_leaves_nothing_in_the_place() -> None:
    """Who has left an employer has none until they say so, and only that one has ended."""
    assert present(arrange([said(0, "nvidia"), said(30, "nvidia", ends=True)])) is None
    assert present(arrange([said(0, "nvidia"), said(30, "", ends=True)])) is None
    assert present(arrange([said(0, "nvidia"), said(30, "oracle", ends=True)])) == "nvidia"
    again = [said(0, "nvidia"), said(30, "nvidia", ends=True), said(60, "nvidia")]
    assert present(arrange(again)) == "nvidia"


mentions = st.lists(
    st.builds(
        said,
        st.integers(0, 60),
        st.sampled_from(["austin", "boston", "dallas"]),
        role=st.sampled_from(list(Role)),
        confidence=st.sampled_from([0.6, 0.8, 0.95]),
        ends=st.booleans(),
    ),
    max_size=12,
)


@given(mentions, st.randoms(use_true_random=False))
def test_the_order_of_arrival_makes_no_difference(
    said_so: list[Mention], chance: random.Random
) -> None:
    """Any order of the same mentions gives the same spans."""
    shuffled = list(said_so)
    chance.shuffle(shuffled)

    assert told(arrange(shuffled)) == told(arrange(said_so))


@given(mentions)
def test_spans_never_overlap(said_so: list[Mention]) -> None:
    """At any time at most one value holds, and every mention of a value stands somewhere once."""
    spans = arrange(said_so)
    held = [span for span in spans if not span.contested]

    for earlier, later in itertools.pairwise(held):
        assert earlier.end is not None
        assert earlier.start <= earlier.end <= later.start
    stand = sorted(m.message_id for span in spans for m in span.mentions)
    assert stand == sorted(m.message_id for m in said_so if not m.ends)


@given(mentions)
def test_every_span_keeps_a_fact_of_its_own(said_so: list[Mention]) -> None:
    """A stored fact is given to one span at most, and to none that does not mention it."""
    stored = [
        Mention(m.time, m.key, m.message_id, m.role, m.confidence, UUID(int=index % 4), ends=m.ends)
        for index, m in enumerate(said_so)
    ]
    spans = arrange(stored)
    given_out = [span.fact_id for span in spans if span.fact_id is not None]

    assert len(given_out) == len(set(given_out))
    for span in spans:
        assert span.fact_id is None or span.fact_id in {m.fact_id for m in span.mentions}


def test_what_is_flagged_or_from_elsewhere_ends_nothing() -> None:
    """A user's message with a signal, or of a document, is trusted less than a clean one."""
    first = said(0, "austin")
    for later in (
        replace(said(30, "boston"), flags=("override",)),
        replace(said(30, "boston"), source_class=SourceClass.DOCUMENT),
    ):
        assert told(arrange([first, later])) == [
            ("austin", 0, None, False),
            ("boston", 30, 30, True),
        ]
        assert (
            present(arrange([later, replace(first, time=START + timedelta(days=60))])) == "austin"
        )
    for harmless in (("masked:jwt",), ("approved:override",)):
        assert present(arrange([first, replace(said(30, "boston"), flags=harmless)])) == "boston"


def test_the_best_of_several_messages_counts() -> None:
    """A value that a clean message says too is trusted like that message, and speaks with its words."""
    flagged = replace(said(0, "austin", confidence=1.0), flags=("override",))
    (alone,) = arrange([flagged])
    (both,) = arrange([flagged, said(5, "austin", confidence=0.8)])

    assert alone.trust == pytest.approx(0.2)
    assert (both.trust, both.best.flags, both.confidence) == (1, (), 0.8)


@given(st.sampled_from(Role), st.none() | st.sampled_from(SourceClass), st.booleans())
def test_trust_is_the_least_of_its_reasons(
    role: Role,
    given_class: SourceClass | None,
    flagged: bool,  # ruff: ignore[boolean-type-hint-positional-argument] - Hypothesis gives it
) -> None:
    """Neither the role, the class nor a flag can lift what another one lowers; only a user is direct."""
    one = replace(
        said(0, "x", role=role), source_class=given_class, flags=("steering",) if flagged else ()
    )
    limits = [CLASS_TRUST[ROLE_CLASS[role]]]
    limits += [] if given_class is None else [CLASS_TRUST[given_class]]

    assert one.trust == pytest.approx(min(limits) * (FLAGGED_FACTOR if flagged else 1))
    assert role is Role.USER or one.source is not SourceClass.DIRECT_USER
