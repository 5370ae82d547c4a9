"""Jobs by the database's clock: a process whose own clock is wrong neither loses nor steals one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from prometheus_client import REGISTRY

from memsvc.core.jobs import BACKOFF_SECONDS_MAX, Job, JobKind, JobState, backoff_seconds
from memsvc.core.model import Caller
from memsvc.providers.model_errors import ModelBusy
from memsvc.store import jobs
from memsvc.store.jobs import Claim
from memsvc.usecases.context import Context
from memsvc.usecases.facts.job_board import JobBoard
from memsvc.usecases.facts.running import STANDINGS, JobLimits, JobRunner
from memsvc.wiring.clock import new_id, utc_now
from tests.facts.conftest import Diary


def runner_of(context: Context, *, hours: float = 0, fails: Exception | None = None) -> JobRunner:
    """A runner whose clock is so many hours ahead, and whose jobs end well or fail."""
    skewed = replace(context, clock=lambda: utc_now() + timedelta(hours=hours))

    async def work(caller: Caller, _: Job) -> JobState:
        async with context.database.transaction(caller):
            if fails is not None:
                raise fails
        return JobState.SUCCEEDED

    return JobRunner(skewed, JobLimits(failures_max=2), {JobKind.EXTRACT: work}, lambda: 0.5)


async def queued(diary: Diary) -> UUID:
    """A job that waits."""
    async with diary.context.database.transaction(diary.caller()) as tx:
        return await jobs.enqueue(tx, new_id(), JobKind.EXTRACT, diary.user_id, str(uuid4()))


async def job_of(diary: Diary, job_id: UUID) -> Job:
    """The job as it is stored."""
    async with diary.context.database.transaction(diary.caller()) as tx:
        found = await jobs.get(tx, job_id)
    assert found is not None
    return found


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_wrong_clock_neither_delays_nor_steals(diary: Diary, hours: float) -> None:
    """An hour off in either direction: waiting jobs are begun at once, running ones left alone."""
    runner = runner_of(diary.context, hours=hours)
    waiting, running = await queued(diary), await queued(diary)
    async with diary.context.database.transaction(diary.caller()) as tx:
        claimed = await jobs.claim(tx, running, lease_seconds=60, failures_max=2)
    assert claimed is not None

    done = await runner.run(diary.tenant_id, waiting)
    left = await runner.run(diary.tenant_id, running)

    assert done is not None
    assert done.state is JobState.SUCCEEDED
    assert left is None
    assert (await job_of(diary, running)).attempt == 1


async def test_a_watched_job_is_never_silent_for_long(diary: Diary) -> None:
    """A job that nothing happens to is shown again and again, so that no proxy ends the stream."""
    job_id = await queued(diary)
    watching = JobBoard(diary.context, silence_seconds_max=0.1).watch(diary.caller(), job_id)

    shown = [await anext(watching) for _ in range(3)]

    assert shown == [await job_of(diary, job_id)] * 3


async def test_the_metrics_tell_how_jobs_stand(diary: Diary) -> None:
    """Waiting, running and dead jobs of all tenants are counted, and how long the oldest one waits."""
    runner = runner_of(diary.context)

    async def standing() -> dict[str, float]:
        assert await runner.measure() == 0
        labels = {"kind": "extract"}
        found = {
            name: REGISTRY.get_sample_value("memsvc_jobs_standing", {**labels, "standing": name})
            for name in STANDINGS
        }
        found["seconds"] = REGISTRY.get_sample_value("memsvc_jobs_ready_seconds", labels)
        return {name: value or 0 for name, value in found.items()}

    before = await standing()
    first, second, third = [await queued(diary) for _ in range(3)]
    waiting = await standing()
    async with diary.context.database.transaction(diary.caller()) as tx:
        running = await jobs.claim(tx, first, lease_seconds=60, failures_max=2)
        dead = await jobs.claim(tx, second, lease_seconds=60, failures_max=2)
        late = await jobs.claim(tx, third, lease_seconds=60, failures_max=2)
        assert running
        assert dead
        assert late
        await jobs.end(tx, Claim(second, dead.attempt), JobState.DEAD)
        await jobs.postpone(tx, Claim(third, late.attempt), 60, "", counted=True)
    after = await standing()

    assert waiting["ready"] == before["ready"] + 3
    assert waiting["seconds"] > 0
    assert {name: after[name] - before[name] for name in STANDINGS} == {
        "ready": 0,
        "postponed": 1,
        "running": 1,
        "dead": 1,
    }


async def test_only_the_last_begin_may_write(diary: Diary) -> None:
    """Once a job was begun again, whoever began it before can neither end, put off nor extend it."""
    job_id = await queued(diary)
    async with diary.context.database.transaction(diary.caller()) as tx:
        first = await jobs.claim(tx, job_id, lease_seconds=0, failures_max=9)
    async with diary.context.database.transaction(diary.caller()) as tx:
        second = await jobs.claim(tx, job_id, lease_seconds=60, failures_max=9)
    assert first is not None
    assert second is not None
    late = Claim(job_id, first.attempt)

    async with diary.context.database.transaction(diary.caller()) as tx:
        assert not await jobs.hold(tx, late)
        assert not await jobs.extend_lease(tx, late, lease_seconds=60)
        assert await jobs.end(tx, late, JobState.SUCCEEDED) is None
        assert await jobs.postpone(tx, late, 0, "", counted=True) is None
        assert await jobs.hold(tx, Claim(job_id, second.attempt))
    stored = await job_of(diary, job_id)
    assert (stored.state, stored.attempt, stored.last_error) == (JobState.RUNNING, 2, "LEASE_LOST")


async def test_failures_are_spread_and_end(diary: Diary) -> None:
    """A job that fails waits, longer each time, and is dead after the last try; its text is told nobody."""
    runner = runner_of(diary.context, fails=ValueError("the user's secret"))
    job_id = await queued(diary)

    first = await runner.run(diary.tenant_id, job_id)

    assert first is not None
    assert (first.state, first.last_error) == (JobState.QUEUED, "INTERNAL")
    assert timedelta(seconds=0.8) < first.run_time - (first.start_time or first.run_time)
    assert await runner.run(diary.tenant_id, job_id) is None  # not due yet
    assert [backoff_seconds(n, 0.5) for n in (1, 2, 3)] == [1, 16, 81]
    assert backoff_seconds(50, 1) <= 1.1 * BACKOFF_SECONDS_MAX


async def test_a_busy_model_costs_no_try(diary: Diary) -> None:
    """However often a model is busy, the job is not given up."""
    runner = runner_of(diary.context, fails=ModelBusy(0.0))
    job_id = await queued(diary)
    for _ in range(4):
        left = await runner.run(diary.tenant_id, job_id)
        assert left is not None
        assert (left.state, left.failed_count) == (JobState.QUEUED, 0)

    assert (await job_of(diary, job_id)).snooze_count == 4


async def test_jobs_that_ended_are_swept(diary: Diary) -> None:
    """Jobs go when their time is over, the dead later than the others, and never those that wait."""
    runner = runner_of(diary.context)
    done, waiting = await queued(diary), await queued(diary)
    await runner.run(diary.tenant_id, done)
    at_once = replace(runner, limits=JobLimits(kept_hours=0, dead_kept_hours=0))

    await at_once.sweep()

    async with diary.context.database.transaction(diary.caller()) as tx:
        assert await jobs.get(tx, done) is None
        assert await jobs.get(tx, waiting) is not None
