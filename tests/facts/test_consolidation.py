"""Consolidation and decay: what fades, what is essential, what is one; doing it twice changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc.core import consolidation, decay
from memsvc.core.consolidation import Profile
from memsvc.core.jobs import Job, JobKind, JobState
from memsvc.core.lexical import lexical_vectors
from memsvc.core.model import Memory, Role
from memsvc.store import embedded, embeddings, facts, jobs, memories, profiles
from memsvc.store.embeddings import NewEmbedding
from memsvc.store.jobs import Claim
from memsvc.store.profiles import Recalls
from memsvc.store.sql.loader import statement
from memsvc.usecases.embedders import Embedders
from memsvc.usecases.embedding import Embedding
from memsvc.usecases.facts.consolidation import Consolidation
from memsvc.usecases.facts.holding import JobTakenOver
from memsvc.usecases.quotas import QuotaLimits, Quotas
from memsvc.wiring.clock import new_id, utc_now
from tests.facts.conftest import START, Diary, fact, lives_in
from tests.unit.test_ranking import MEMORY

DAY = timedelta(days=1)


@given(st.floats(0.5, 1), st.integers(-400, 400))
def test_confidence_fades_within_bounds(stated: float, days: int) -> None:
    """Never above what was stated, never below the floor, whatever the clocks say, and only downwards."""
    now = START + timedelta(days=days)
    faded = decay.faded(stated, START, now)

    assert decay.FADE_FLOOR <= faded <= stated
    assert decay.faded(stated, START, now + DAY) <= faded
    if days <= decay.FADE_AFTER_DAYS:
        assert faded == stated


async def fade(diary: Diary, days: float) -> int:
    """Let the facts fade as of so many days after START."""
    async with diary.context.database.transaction(diary.caller()) as tx:
        return (await profiles.fade(tx, None, now=START + timedelta(days=days), limit=100)).faded


async def test_facts_fade_page_by_page(diary: Diary) -> None:
    """However few are looked at in one go, all fade; one that somebody else is changing is left for later."""
    for liked in ("tea", "rum", "rye"):
        await diary.tell(0, fact(f"The user likes {liked}.", "like", liked))
    ids = sorted(one.memory_id for one in await diary.timeline())
    now = START + 90 * DAY

    async def pages() -> list[int]:
        found: list[int] = []
        last_id = None
        while True:
            async with diary.context.database.transaction(diary.caller()) as tx:
                page = await profiles.fade(tx, last_id, now=now, limit=1)
            if page.last_id is None:
                return found
            found.append(page.faded)
            last_id = page.last_id

    async with diary.context.database.transaction(diary.caller()) as tx:
        assert await facts.hold_source(tx, ids[1]) is not None
        assert await pages() == [1, 0, 1]
    assert await pages() == [0, 1, 0]
    assert await pages() == [0, 0, 0]


@pytest.mark.parametrize("days", [10, 31, 45.5, 90, 1000, -5])
async def test_the_store_fades_by_the_same_formula(diary: Diary, days: float) -> None:
    """The statement for many facts and the function for one agree, and a second run changes nothing."""
    await diary.tell(0, lives_in("Austin"))

    await fade(diary, days)
    (one,) = await diary.timeline()
    assert one.confidence == pytest.approx(
        decay.faded(0.9, START, START + timedelta(days=days)), abs=1e-6
    )
    assert await fade(diary, days) == 0


async def test_what_is_said_again_is_as_sure_as_before(diary: Diary) -> None:
    """A repetition undoes the fading."""
    await diary.tell(0, lives_in("Austin"))
    assert await fade(diary, 60) == 1
    await diary.tell(60, lives_in("Austin"))

    (one,) = await diary.timeline()
    assert one.confidence == pytest.approx(0.9)
    assert await fade(diary, 60) == 0


async def test_essential_and_pinned_facts_do_not_fade(diary: Diary) -> None:
    """What belongs to the conscious memory stays as sure as it was said."""
    await diary.tell(0, fact("The user likes tea.", "like", "tea"))
    await diary.tell(0, fact("The user likes rum.", "like", "rum"))
    tea, rum = await diary.timeline()
    async with diary.context.database.transaction(diary.caller()) as tx:
        await profiles.promote(tx, diary.user_id, [tea.memory_id])
        await memories.update(tx, replace(rum, pinned=True), None, now=utc_now())

    assert await fade(diary, 400) == 0


class Chooser:
    """A judge that says what it is told to say."""

    def __init__(self) -> None:
        """Choose nothing yet."""
        self.asked: list[list[str]] = []
        self.chosen: list[str] = []

    async def judge(self, present: Sequence[Memory]) -> tuple[list[UUID], Profile]:
        """Choose by content."""
        self.asked.append([one.content for one in present])
        ids = [one.memory_id for one in present if one.content in self.chosen]
        return ids, Profile("In a model's words.", ["curious"])


def consolidating(diary: Diary, judge: Chooser | None = None) -> Consolidation:
    """The use case without an embedder."""
    embedding = Embedding(diary.context, Embedders(None))
    return Consolidation(
        diary.context, embedding, judge, 0.1, 3600.0, Quotas(diary.context, lambda _: QuotaLimits())
    )


async def consolidate(diary: Diary, judge: Chooser | None = None) -> list[str]:
    """Consolidate; return what is essential."""
    async with diary.context.database.transaction(diary.caller()) as tx:
        job = await jobs.begin(
            tx, new_id(), JobKind.CONSOLIDATE, diary.user_id, "", lease_seconds=60
        )
    state = await consolidating(diary, judge)(diary.caller(), job)
    assert state is JobState.SUCCEEDED
    return sorted(one.content for one in await diary.timeline() if one.essential)


async def profile(diary: Diary) -> Profile:
    """The user's profile."""
    async with diary.context.database.transaction(diary.caller()) as tx:
        found = await profiles.get(tx, diary.user_id)
    assert found is not None
    return found


async def test_promotion_and_demotion_follow_the_present(diary: Diary) -> None:
    """The place is essential while it is the present one; a second run changes nothing."""
    await diary.tell(0, lives_in("Austin"), fact("The user likes tea.", "like", "tea"))
    assert await consolidate(diary) == ["The user lives in Austin."]
    first = await profile(diary)
    assert first.summary == "The user lives in Austin."
    assert first.key_traits == ["tea"]

    assert await consolidate(diary) == ["The user lives in Austin."]
    assert await profile(diary) == first

    await diary.tell(9, lives_in("Boston"))
    assert await consolidate(diary) == ["The user lives in Boston."]
    assert (await profile(diary)).summary == "The user lives in Boston."


async def test_a_profile_tells_of_nothing_that_is_gone(diary: Diary) -> None:
    """It goes with the message that it rests on, also one that is just being written."""
    source = await diary.tell(0, lives_in("Austin"))
    await consolidate(diary)
    async with diary.context.database.transaction(diary.caller()) as tx:
        state = await profiles.state(tx, diary.user_id)
        before = await profiles.get(tx, diary.user_id)
    assert before is not None

    await diary.unsay(source)
    async with diary.context.database.transaction(diary.caller()) as tx:
        assert await profiles.get(tx, diary.user_id) is None
        await profiles.put(tx, diary.user_id, before, state=state, now=utc_now())
        assert await profiles.get(tx, diary.user_id) is None

    await consolidate(diary)
    assert (await profile(diary)).summary == ""


async def test_nobody_elses_word_is_essential(diary: Diary) -> None:
    """What only an assistant said is neither promoted nor part of the profile, whoever chooses."""
    judge = Chooser()
    judge.chosen = ["The user lives in Paris."]
    await diary.tell(0, lives_in("Paris"), role=Role.ASSISTANT)

    assert await consolidate(diary) == []
    assert (await profile(diary)).summary == ""
    assert await consolidate(diary, judge) == []


async def test_a_model_chooses_beside_the_rules(diary: Diary) -> None:
    """A model's choice is added to what the rules demand, and it is not asked when nothing changed."""
    judge = Chooser()
    judge.chosen = ["The user likes tea."]
    await diary.tell(0, lives_in("Austin"), fact("The user likes tea.", "like", "tea"))

    essential = ["The user likes tea.", "The user lives in Austin."]
    assert await consolidate(diary, judge) == essential
    assert (await profile(diary)).summary == "In a model's words."
    assert await consolidate(diary, judge) == essential
    assert len(judge.asked) == 1
    await diary.tell(1, fact("The user likes rum.", "like", "rum"))
    await consolidate(diary, judge)
    assert len(judge.asked) == 2


async def test_facts_that_say_the_same_become_one(diary: Diary) -> None:
    """Duplicates that were stored before their vectors were there are merged later, and a name keeps two."""
    for day, value in enumerate(["hiking", "going hiking", "Hiking Club Oslo"]):
        await diary.tell(day, fact(f"The user likes {value}.", "like", value))
    await give_vectors(diary)

    for _ in range(2):
        await merge(diary)
        likings = await diary.timeline("like")
        assert [one.value for one in likings] == ["hiking", "Hiking Club Oslo"]
        assert len(likings[0].source_message_ids) == 2


async def test_a_chain_of_duplicates_becomes_one(diary: Diary) -> None:
    """What says the same as a duplicate says the same as the first, whichever pair is looked at first."""
    for day, value in enumerate(["hiking", "going hiking", "often going hiking"]):
        await diary.tell(day, fact(f"The user likes {value}.", "like", value))
    await give_vectors(diary)

    await merge(diary)

    assert [one.value for one in await diary.timeline("like")] == ["hiking"]


async def test_what_was_compared_is_not_compared_again(diary: Diary) -> None:
    """Only a fact that had no vector when it was stored, or was worded anew, is compared later."""
    space_id, vector = await diary.space()
    await diary.keep(
        await diary.say(0), [fact("The user likes tea.", "like", "tea")], [vector], space_id
    )
    assert await unmatched(diary) == []
    await diary.tell(1, fact("The user likes rum.", "like", "rum"))
    assert await unmatched(diary) == []  # there is nothing yet to compare it by
    await give_vectors(diary)
    assert len(await unmatched(diary)) == 1

    await merge(diary)

    assert await unmatched(diary) == []
    tea, _ = await diary.timeline("like")
    anew = replace(tea, content="The user loves tea.")
    async with diary.context.database.transaction(diary.caller()) as tx:
        await memories.update(tx, replace(tea, pinned=True), None, now=utc_now())
    assert await unmatched(diary) == []
    async with diary.context.database.transaction(diary.caller()) as tx:
        await memories.update(tx, anew, lexical_vectors(anew.content), now=utc_now())
    assert await unmatched(diary) == [tea.memory_id]


async def give_vectors(diary: Diary) -> None:
    """Give all facts the same vector, as if an embedder had been away until now."""
    space_id, vector = await diary.space()
    new = [NewEmbedding(one.memory_id, one.version, vector) for one in await diary.timeline()]
    async with diary.context.database.transaction(diary.caller()) as tx:
        await embeddings.insert(tx, space_id, new)


async def unmatched(diary: Diary) -> list[UUID]:
    """Return which facts are to be compared."""
    space_id, _ = await diary.space()
    async with diary.context.database.transaction(diary.caller()) as tx:
        found = await profiles.unmatched(tx, diary.user_id, space_id, limit=100)
    return [one.memory_id for one in found]


async def merge(diary: Diary) -> None:
    """Consolidate with the vectors that there are."""
    space_id, _ = await diary.space()
    use = replace(consolidating(diary), embedding=InSpace(space_id))  # type: ignore[arg-type]
    async with diary.context.database.transaction(diary.caller()) as tx:
        job = await jobs.begin(
            tx, new_id(), JobKind.CONSOLIDATE, diary.user_id, "", lease_seconds=60
        )
    assert await use(diary.caller(), job) is JobState.SUCCEEDED


@dataclass(frozen=True)
class InSpace:
    """As much of an embedder as consolidation asks for."""

    space_id: int


async def test_a_job_that_was_taken_over_changes_nothing(diary: Diary) -> None:
    """A consolidation whose lease ran out leaves no trace."""
    await diary.tell(0, lives_in("Austin"))
    async with diary.context.database.transaction(diary.caller()) as tx:
        job: Job = await jobs.begin(
            tx, new_id(), JobKind.CONSOLIDATE, diary.user_id, "", lease_seconds=60
        )
        await jobs.postpone(tx, Claim(job.job_id, job.attempt), 0, "", counted=False)

    with pytest.raises(JobTakenOver):
        await consolidating(diary)(diary.caller(), job)
    assert not any(one.essential for one in await diary.timeline())


def test_what_is_proven_and_old_enough_is_promoted() -> None:
    """Said three times or recalled five times, a week old and sure: essential; stale: not any more."""
    proven = replace(
        MEMORY,
        slot="hobby",
        confidence=0.9,
        role=Role.USER,
        source_message_ids=["a", "b", "c"],
        create_time=START,
        refresh_time=START,
    )
    week = START + 7 * DAY

    assert consolidation.is_promoted(proven, week)
    assert consolidation.is_promoted(
        replace(proven, source_message_ids=["a"], access_count=5), week
    )
    assert not consolidation.is_promoted(proven, week - DAY)
    assert not consolidation.is_promoted(replace(proven, confidence=0.69), week)
    assert not consolidation.is_promoted(replace(proven, source_message_ids=["a"]), week)
    assert not consolidation.is_promoted(proven, START + 200 * DAY)


async def test_users_whose_facts_changed_are_found_once(diary: Diary) -> None:
    """A change asks for one consolidation; a consolidated user is left alone."""
    await diary.tell(0, lives_in("Austin"))
    use = consolidating(diary)
    hurried = Consolidation(use.context, use.embedding, None, 0.0, 3600.0, use.quotas)
    assert await hurried.ask_for_unsettled() >= 1
    async with diary.context.database.transaction(diary.caller()) as tx:
        state = await profiles.state(tx, diary.user_id)
    assert state.changed

    await consolidate(diary)

    async with diary.context.database.transaction(diary.caller()) as tx:
        assert not (await profiles.state(tx, diary.user_id)).changed


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.RUNNING, JobState.DEAD])
async def test_a_consolidation_that_fails_is_not_asked_for_again_and_again(
    diary: Diary, state: JobState
) -> None:
    """While one waits for its next try, runs, or has just died, no other one is asked for."""
    await diary.tell(0, lives_in("Austin"))
    async with diary.context.database.transaction(diary.caller()) as tx:
        job = await jobs.begin(
            tx, new_id(), JobKind.CONSOLIDATE, diary.user_id, "", lease_seconds=60
        )
        if state is JobState.QUEUED:
            await jobs.postpone(tx, Claim(job.job_id, 1), 60, "MODEL_TIMEOUT", counted=True)
        elif state is JobState.DEAD:
            await jobs.end(tx, Claim(job.job_id, 1), state, error="REPLY_UNUSABLE")

    async with diary.context.database.overview() as tx:
        users = await profiles.unsettled(tx, settle_seconds=0, limit=10_000)

    assert diary.user_id not in {user.user_id for user in users}


async def test_accesses_add_up(diary: Diary) -> None:
    """Counts of several flushes are summed, and the latest time stays."""
    await diary.tell(0, lives_in("Austin"))
    (one,) = await diary.timeline()
    for times, day in ((2, 5), (3, 1)):
        async with diary.context.database.transaction(diary.caller()) as tx:
            recalls = {one.memory_id: Recalls(times, START + day * DAY), uuid4(): Recalls(1, START)}
            await profiles.touch(tx, recalls)

    (after,) = await diary.timeline()
    assert (after.access_count, after.last_access_time) == (5, START + 5 * DAY)
    assert after.version == one.version


@pytest.mark.parametrize(
    ("name", "index", "given"),
    [
        (
            "list_conscious_memories",
            "memory_conscious",
            {
                "categories": None,
                "agent_ids": None,
                "leave_out_flagged": False,
                "flagged_factor": 0.2,
            },
        ),
        ("list_unmatched_facts", "memory_unmatched", {"space_id": 1}),
        (
            "decay_facts",
            "memory_fading",
            {"after_id": None, "after_days": 30, "factor": 0.9, "floor": 0.1},
        ),
    ],
)
def test_what_is_read_in_order_is_read_by_an_index(
    conninfo: str,
    postgres: embedded.EmbeddedPostgres,
    name: str,
    index: str,
    given: dict[str, object],
) -> None:
    """Whatever else there is, the first ones are read in their order and no others."""
    assert conninfo
    parameters = {"tenant_id": "t", "user_id": "u", "now": START, "limit": 20, **given}
    with psycopg.connect(postgres.owner_conninfo, autocommit=True) as connection:
        connection.execute("set enable_seqscan = off")
        connection.execute("set enable_sort = off")
        plan = "\n".join(
            row[0] for row in connection.execute(f"explain {statement(name)}", parameters)
        )

    assert index in plan
    # At the end the few that are flagged find their place among the others.
    assert plan.count("Sort Key: memory") <= (name == "list_conscious_memories")
