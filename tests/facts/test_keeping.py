"""Facts in slots: one live value, a history that is true, and nothing lost or doubled."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Sequence
from datetime import timedelta
from operator import itemgetter
from uuid import uuid4

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memsvc.core.model import Role, TemporalState
from memsvc.store import embedded
from memsvc.store.database import Database
from memsvc.wiring.clock import utc_now
from tests.facts.conftest import START, Diary, context_of, fact, lives_in


async def test_a_move_closes_the_place_before_on_its_day(diary: Diary) -> None:
    """The newer value holds from its day on, the older one until then, and nothing is lost."""
    await diary.tell(0, lives_in("Austin"))
    await diary.tell(30, lives_in("Boston"))

    assert await diary.spans() == [("Austin", 0, 30), ("Boston", 30, None)]
    assert await diary.live("location") == ["The user lives in Boston."]


async def test_a_return_makes_a_third_span(diary: Diary) -> None:
    """A value that comes back holds again, and the time between stays another's."""
    for day, place in enumerate(["Austin", "Dallas", "Austin"]):
        await diary.tell(day, lives_in(place))

    assert await diary.spans() == [("Austin", 0, 1), ("Dallas", 1, 2), ("Austin", 2, None)]


async def test_all_orders_of_arrival_end_alike(diary: Diary) -> None:
    """However four dated facts arrive, the same one is live and the same history stands."""
    told = [(0.0, "Austin"), (10.0, "Boston"), (20.0, "Austin"), (30.0, "Dallas")]
    expected = [("Austin", 0, 10), ("Boston", 10, 20), ("Austin", 20, 30), ("Dallas", 30, None)]

    for order in itertools.permutations(told):
        one = Diary(diary.context, diary.tenant_id)
        for day, place in order:
            await one.tell(day, lives_in(place))
        assert await one.spans() == expected


def test_any_order_of_any_facts_ends_in_the_same_one(conninfo: str) -> None:
    """Any order of arrival of N dated facts, some of them taken back, ends in the same live fact."""

    @settings(max_examples=25, deadline=None)
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        places = st.sampled_from(["Austin", "Boston", "Dallas"])
        days = data.draw(st.lists(st.integers(0, 50), unique=True, min_size=1, max_size=7))
        told = [(day, data.draw(places), data.draw(st.booleans())) for day in days]
        spans = asyncio.run(_spans_after(conninfo, data.draw(st.permutations(told))))

        kept = sorted((day, place) for day, place, taken_back in told if not taken_back)
        runs = [next(run) for _, run in itertools.groupby(kept, key=itemgetter(1))]
        starts = [(place, float(day)) for day, place in runs]
        assert [(place, start) for place, start, _ in spans] == starts
        ends = [*(start for _, start in starts[1:]), None]
        assert [end for _, _, end in spans] == ends[: len(spans)]

    holds()


async def _spans_after(
    conninfo: str, told: Sequence[tuple[int, str, bool]]
) -> list[tuple[str, float, float | None]]:
    """Tell, in this order, then take back what is to be taken back; return the spans."""
    database = Database(conninfo)
    await database.open()
    try:
        diary = Diary(context_of(database), f"tenant-{uuid4()}")
        sources = [await diary.tell(day, lives_in(place)) for day, place, _ in told]
        await diary.unsay(*itertools.compress(sources, [back for _, _, back in told]))
        return await diary.spans()
    finally:
        await database.close()


async def test_a_repetition_refreshes_and_adds_nothing(diary: Diary) -> None:
    """Said again, a fact is one fact that names both messages."""
    first = await diary.tell(0, lives_in("Austin"))
    second = await diary.tell(5, lives_in("austin"))

    (only,) = await diary.timeline()
    assert only.source_message_ids == [first.message_id, second.message_id]
    assert only.refresh_time == second.valid_from_time


async def test_the_same_message_twice_changes_nothing(diary: Diary) -> None:
    """A job that runs again stores nothing twice."""
    source = await diary.tell(0, lives_in("Austin"))

    assert await diary.keep(source, [lives_in("Austin")]) == []
    assert len(await diary.timeline()) == 1


async def test_slots_of_many_values_keep_them_all(diary: Diary) -> None:
    """Two friends are two friends."""
    await diary.tell(0, fact("The user's friend Ana plays chess.", "friend", "Ana"))
    await diary.tell(1, fact("The user's friend Ben paints.", "friend", "Ben"))

    assert len(await diary.live("friend")) == 2


async def test_a_slot_that_nobody_knows_supersedes_nothing(diary: Diary) -> None:
    """Whether two values of it can be so at once is not known, so both stay."""
    await diary.tell(0, fact("The user's ship is called Ada.", "ship", "Ada"))
    await diary.tell(1, fact("The user's ship is called Bob.", "ship", "Bob"))

    assert len(await diary.live("ship")) == 2


@pytest.mark.parametrize(
    "state", [TemporalState.PAST, TemporalState.FUTURE, TemporalState.RECURRING]
)
async def test_only_the_present_displaces_the_present(diary: Diary, state: TemporalState) -> None:
    """What was, will be or comes again and again leaves the present value alone, and stays."""
    await diary.tell(0, fact("The user works at Nvidia.", "employer", "Nvidia"))
    await diary.tell(1, fact("The user and Oracle.", "employer", "Oracle", state=state))

    assert await diary.live("employer") == ["The user and Oracle.", "The user works at Nvidia."]


async def test_an_end_closes_the_value_that_it_names(diary: Diary) -> None:
    """Who has left a job does not have it any more, and has no other one yet."""
    await diary.tell(0, fact("The user works at Nvidia.", "employer", "Nvidia"))
    left = fact("The user left Nvidia.", "employer", "Nvidia", state=TemporalState.PAST, ends=True)
    await diary.tell(9, left)

    assert await diary.spans("employer") == [("Nvidia", 0, 9)]
    assert await diary.live("employer") == ["The user left Nvidia."]


async def test_an_end_closes_one_of_many(diary: Diary) -> None:
    """Of a slot of many values only the one that is named comes to an end."""
    await diary.tell(0, fact("The user likes tea.", "like", "tea"))
    await diary.tell(0, fact("The user likes rum.", "like", "rum"))
    over = fact("The user likes rum no longer.", "like", "rum", state=TemporalState.PAST, ends=True)
    await diary.tell(9, over)

    assert await diary.live("like") == ["The user likes rum no longer.", "The user likes tea."]


@pytest.mark.parametrize(
    ("slot", "one", "other"),
    [
        (
            "allergy",
            ("The user is allergic to peanuts.", "peanuts"),
            ("The user is not allergic to peanuts.", "not peanuts"),
        ),
        ("like", ("The user likes OpenAI.", "OpenAI"), ("The user likes Google.", "Google")),
        ("possession", ("The user has 2 cats.", "2 cats"), ("The user has 3 cats.", "3 cats")),
    ],
)
async def test_what_differs_in_a_not_a_number_or_a_name_is_never_one(
    diary: Diary, slot: str, one: tuple[str, str], other: tuple[str, str]
) -> None:
    """However close two such facts are in meaning, both stay."""
    space_id, vector = await diary.space()
    for day, (content, value) in enumerate([one, other]):
        source = await diary.say(day)
        await diary.keep(source, [fact(content, slot, value)], [vector], space_id)

    assert len(await diary.live(slot)) == 2


async def test_other_words_for_the_same_are_one_fact(diary: Diary) -> None:
    """Close in meaning, in the same slot and with no difference that counts: one fact."""
    space_id, vector = await diary.space()
    for day, value in enumerate(["hiking", "going hiking"]):
        source = await diary.say(day)
        await diary.keep(
            source, [fact(f"The user likes {value}.", "like", value)], [vector], space_id
        )

    assert await diary.live("like") == ["The user likes hiking."]


async def test_an_assistant_never_speaks_for_the_user(diary: Diary) -> None:
    """What an assistant or a tool says is kept beside the user's word and never before it."""
    await diary.tell(0, lives_in("Austin"))
    await diary.tell(1, lives_in("Paris"), role=Role.ASSISTANT)
    await diary.tell(2, lives_in("Rome"), role=Role.TOOL)

    assert await diary.live("location") == ["The user lives in Austin."]
    contested = [one for one in await diary.timeline() if one.contested]
    assert {one.role for one in contested} == {Role.ASSISTANT, Role.TOOL}


async def test_several_speakers_have_slots_of_their_own(diary: Diary) -> None:
    """Where two people talk, the place of one is not the other's."""
    await diary.tell(0, fact("Ana lives in Rome.", "location", "Rome"), author="Ana")
    await diary.tell(1, fact("Ben lives in Oslo.", "location", "Oslo"), author="Ben")

    assert await diary.live("location") == ["Ana lives in Rome.", "Ben lives in Oslo."]


async def test_a_message_that_is_gone_takes_its_facts_with_it(diary: Diary) -> None:
    """What rested on it alone is gone, and what it had superseded is so again."""
    await diary.tell(0, lives_in("Austin"))
    moved = await diary.tell(30, lives_in("Boston"))

    await diary.unsay(moved)

    assert await diary.spans() == [("Austin", 0, None)]
    assert await diary.live("location") == ["The user lives in Austin."]


async def test_what_another_message_says_too_stays(diary: Diary) -> None:
    """A fact of two messages outlives one of them and names the other alone."""
    first = await diary.tell(0, lives_in("Austin"))
    second = await diary.tell(9, lives_in("Austin"))

    await diary.unsay(first)

    (left,) = await diary.timeline()
    assert left.source_message_ids == [second.message_id]
    assert left.valid_from_time == second.valid_from_time


async def test_a_clock_that_is_wrong_rules_nobody_for_ever(diary: Diary) -> None:
    """What was said in a far future was said now: what comes after it is the newer."""
    await diary.tell(40_000, lives_in("Austin"))
    await diary.tell((utc_now() - START) / timedelta(days=1) + 0.001, lives_in("Boston"))

    assert await diary.live("location") == ["The user lives in Boston."]


async def test_writers_of_one_slot_take_turns(
    diary: Diary, postgres: embedded.EmbeddedPostgres
) -> None:
    """8 writers with 60 facts each leave one live fact, one unbroken history, and no deadlock."""
    writers, each = 8, 60
    sources = [[await diary.say(n * writers + w) for n in range(each)] for w in range(writers)]
    started = time.perf_counter()

    async def write(number: int) -> None:
        for n, source in enumerate(sources[number]):
            await diary.keep(source, [lives_in(f"Town {n * writers + number}")])

    await asyncio.gather(*(write(number) for number in range(writers)))

    seconds = time.perf_counter() - started
    print(f"{writers * each / seconds:.0f} facts/s on one slot")  # ruff: ignore[print] - a figure of each run
    spans = await diary.spans()
    assert len(spans) == writers * each
    assert [place for place, _, end in spans if end is None] == [f"Town {writers * each - 1}"]
    for (_, _, end), (_, start, _) in itertools.pairwise(spans):
        assert end == start
    with psycopg.connect(postgres.owner_conninfo) as connection:
        (deadlocks,) = connection.execute(
            "select deadlocks from pg_stat_database where datname = current_database()"
        ).fetchone() or (None,)
    assert deadlocks == 0
