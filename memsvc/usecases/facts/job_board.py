"""The jobs as callers see them: one, one as it goes on, the dead ones, and another chance for those."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from memsvc.core import page_token
from memsvc.core.errors import JobNotDead, JobNotFound
from memsvc.core.jobs import Job
from memsvc.core.model import Caller, JsonValue
from memsvc.store import jobs
from memsvc.usecases.context import Context
from memsvc.usecases.once import Once, Replay

#: How often a watched job is looked at, in seconds: more and more seldom.
WATCH_SECONDS_MIN: Final = 0.05
WATCH_SECONDS_MAX: Final = 1.0
#: After so many seconds a watched job is shown although it has not changed: proxies end silent streams.
SILENCE_SECONDS_MAX: Final = 15.0
#: How long one look may take, in seconds.
LOOK_SECONDS_MAX: Final = 10.0


@dataclass(frozen=True, slots=True)
class DeadJobsAsk:
    """A page of the jobs that failed for good."""

    #: None for those of all users.
    user_id: str | None
    page_size: int
    page_token: str
    #: Everything that has to be the same on the next page.
    binding: bytes


@dataclass(frozen=True, slots=True)
class JobPage:
    """One page of jobs."""

    jobs: list[Job]
    next_page_token: str


@dataclass(frozen=True, slots=True)
class RequeueAsk:
    """A dead job that is to be tried again."""

    job_id: UUID
    once: Once[Job]


@dataclass(frozen=True, slots=True)
class JobBoard:
    """Shows the jobs of a tenant."""

    context: Context
    silence_seconds_max: float = SILENCE_SECONDS_MAX

    async def get(self, caller: Caller, job_id: UUID) -> Job:
        """Return the job; raise JobNotFound."""
        latest = asyncio.get_running_loop().time() + LOOK_SECONDS_MAX
        limited = replace(caller, deadline=min(caller.deadline, latest))
        async with self.context.database.transaction(limited) as tx:
            job = await jobs.get(tx, job_id)
        if job is None:
            raise JobNotFound(field="job_id")
        return job

    async def watch(self, caller: Caller, job_id: UUID) -> AsyncIterator[Job]:
        """Yield the job as it is, and whenever it has changed or was long not shown, until it has ended."""
        clock = asyncio.get_running_loop().time
        pause = WATCH_SECONDS_MIN
        job = await self.get(caller, job_id)
        yield job
        shown = clock()
        while not job.state.is_final:
            await asyncio.sleep(pause)
            before, job = job, await self.get(caller, job_id)
            pause = WATCH_SECONDS_MIN if job != before else min(pause * 1.5, WATCH_SECONDS_MAX)
            if job != before or clock() >= shown + self.silence_seconds_max:
                yield job
                shown = clock()

    async def dead(self, caller: Caller, ask: DeadJobsAsk) -> JobPage:
        """Return one page, the job that died last first; raise InvalidPageToken."""
        binding = caller.tenant_id.encode() + b"\0" + ask.binding
        after = None
        if ask.page_token:
            end_time, last_id = page_token.decode(ask.page_token, binding, self.context.secret_key)
            after = (datetime.fromisoformat(str(end_time)), UUID(str(last_id)))
        async with self.context.database.transaction(caller) as tx:
            found = await jobs.dead(tx, ask.user_id, after=after, limit=ask.page_size + 1)
        page = found[: ask.page_size]
        if len(found) == len(page):
            return JobPage(page, "")
        last = page[-1]
        ended = last.end_time.isoformat() if last.end_time else ""
        position: list[JsonValue] = [ended, str(last.job_id)]
        return JobPage(page, page_token.encode(position, binding, self.context.secret_key))

    async def requeue(self, caller: Caller, ask: RequeueAsk) -> Job | Replay:
        """Queue a dead job again; raise JobNotFound and JobNotDead."""
        async with self.context.database.transaction(caller) as tx:
            if replay := await ask.once.begin(tx, self.context.clock()):
                return replay
            requeued = await jobs.requeue(tx, ask.job_id)
            job = await jobs.get(tx, ask.job_id)
            if job is None:
                raise JobNotFound(field="job_id")
            if not requeued:
                raise JobNotDead(field="job_id")
            await ask.once.finish(tx, job.user_id, job)
        return job
