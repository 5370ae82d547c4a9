"""Running jobs: begun once at a time, kept alive while they run, tried again, put off or given up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from memsvc.core.errors import MemsvcError, QuotaExceeded, StorageUnavailable
from memsvc.core.jobs import Job, JobKind, JobState, backoff_seconds
from memsvc.core.model import Caller
from memsvc.providers.model_errors import ModelBusy, ModelError, ModelRefused
from memsvc.store import jobs
from memsvc.store.database import Transaction
from memsvc.store.jobs import Claim
from memsvc.telemetry import (
    JOB_SECONDS,
    JOBS,
    JOBS_FENCED,
    JOBS_READY_SECONDS,
    JOBS_STANDING,
    log,
)
from memsvc.usecases.context import Context
from memsvc.usecases.facts.holding import JobTakenOver

#: A provider that is paused after failures is asked again after so many seconds.
PAUSED_SECONDS: Final = 15.0
#: A transaction that waits for its process for longer than this, and than a lease, is ended.
STUCK_SECONDS_MIN: Final = 5.0
#: How many jobs are told of in one sweep, and deleted in another.
SWEEP_BATCH: Final = 500

#: How a job may stand while it is no success.
STANDINGS: Final = ("ready", "postponed", "running", "dead")

#: What does a job of some kind: it returns how the job ends, QUEUED if there is more to do, or raises.
Work = Callable[[Caller, Job], Awaitable[JobState]]


@dataclass(frozen=True, slots=True)
class JobLimits:
    """How long and how often jobs are tried."""

    #: How long a job is left to its worker without a sign of life.
    lease_seconds: float = 30.0
    #: How long one try may take.
    seconds_max: float = 600.0
    #: Tries that may fail.
    failures_max: int = 10
    #: By what the pauses between tries are multiplied.
    backoff_factor: float = 1.0
    #: How long jobs are kept after they ended, and after they died.
    kept_hours: int = 24
    dead_kept_hours: int = 168


@dataclass(frozen=True, slots=True)
class JobRunner:
    """Does jobs, whichever process is told of them."""

    context: Context
    limits: JobLimits
    work: Mapping[JobKind, Work]
    #: A number from 0 to 1, by chance.
    chance: Callable[[], float]

    async def run(self, tenant_id: str, job_id: UUID) -> Job | None:
        """Begin the job and do it; return how it stands, None if it was not to be begun.

        Without the database nothing can be said of it: it is begun again when its lease has run out.
        """
        try:
            return await self._run(tenant_id, job_id)
        except MemsvcError as error:
            log.warning("job_left", job_id=str(job_id), error=_class_of(error))
            return None

    async def _run(self, tenant_id: str, job_id: UUID) -> Job | None:
        async with self._transaction(tenant_id) as tx:
            job = await jobs.claim(
                tx,
                job_id,
                lease_seconds=self.limits.lease_seconds,
                failures_max=self.limits.failures_max,
            )
        if job is None or job.state.is_final:
            return job
        return await self.do(tenant_id, job)

    async def do(self, tenant_id: str, job: Job) -> Job | None:
        """Do a job that was begun; return how it stands, None if somebody else has taken it over."""
        claim = Claim(job.job_id, job.attempt)
        with JOB_SECONDS.labels(job.kind.name.lower()).time():
            try:
                async with self._alive(tenant_id, claim), asyncio.timeout(self.limits.seconds_max):
                    state = await self.work[job.kind](self._caller(tenant_id), job)
                left = await self._settled(tenant_id, claim, state)
            except asyncio.CancelledError:
                # The process ends: somebody else may have it at once.
                await asyncio.shield(self._postpone(tenant_id, claim, 0.0, "", counted=False))
                raise
            except JobTakenOver:
                left = None
            except Exception as error:  # ruff: ignore[blind-except] - the border: whatever a job raises is its own failure
                left = await self._failed(tenant_id, claim, job, error)
        if left is None:
            JOBS_FENCED.inc()
            log.warning("job_taken_over", job_id=str(job.job_id), attempt=job.attempt)
        else:
            JOBS.labels(job.kind.name.lower(), left.state.name.lower()).inc()
        return left

    async def _failed(self, tenant_id: str, claim: Claim, job: Job, error: Exception) -> Job | None:
        """Put the job off, or give it up; return how it stands."""
        name = _class_of(error)
        log.warning(
            "job_failed",
            job_id=str(job.job_id),
            attempt=job.attempt,
            error=name,
            **({} if isinstance(error, ModelError | MemsvcError) else {"where": _place(error)}),
        )
        match error:
            case ModelBusy():
                seconds = error.retry_after_seconds * (1 + 0.1 * self.chance())
                return await self._postpone(tenant_id, claim, seconds, name, counted=False)
            case QuotaExceeded(retry_seconds=float(seconds)):
                return await self._postpone(tenant_id, claim, seconds, name, counted=False)
            case ModelRefused():
                return await self._end(tenant_id, claim, JobState.DEAD, name)
            case ModelError(error_class="MODEL_PAUSED"):
                seconds = PAUSED_SECONDS * self.limits.backoff_factor
                return await self._postpone(tenant_id, claim, seconds, name, counted=False)
        failures = job.failed_count + 1
        if failures >= self.limits.failures_max:
            return await self._end(tenant_id, claim, JobState.DEAD, name)
        seconds = backoff_seconds(failures, self.chance()) * self.limits.backoff_factor
        return await self._postpone(tenant_id, claim, seconds, name, counted=True)

    async def _settled(self, tenant_id: str, claim: Claim, state: JobState) -> Job | None:
        """End the job, or let others have their turn before it goes on; return how it stands."""
        if state is JobState.QUEUED:
            return await self._postpone(tenant_id, claim, 0.0, "", counted=False)
        return await self._end(tenant_id, claim, state)

    async def _end(
        self, tenant_id: str, claim: Claim, state: JobState, error: str = ""
    ) -> Job | None:
        failures = int(state is JobState.DEAD)
        async with self._transaction(tenant_id) as tx:
            return await jobs.end(tx, claim, state, error=error, failures=failures)

    async def _postpone(
        self, tenant_id: str, claim: Claim, seconds: float, error: str, *, counted: bool
    ) -> Job | None:
        async with self._transaction(tenant_id) as tx:
            return await jobs.postpone(tx, claim, seconds, error, counted=counted)

    @asynccontextmanager
    async def _alive(self, tenant_id: str, claim: Claim) -> AsyncGenerator[None]:
        """Show signs of life while the work goes on; end the work if the job is not ours any more."""
        working = asyncio.current_task()
        taken_over = False

        async def extend() -> None:
            nonlocal taken_over
            while True:
                await asyncio.sleep(self.limits.lease_seconds / 3)
                try:
                    async with self._transaction(tenant_id) as tx:
                        ours = await jobs.extend_lease(
                            tx, claim, lease_seconds=self.limits.lease_seconds
                        )
                except MemsvcError:
                    continue  # the lease tells in the end
                if not ours and working is not None:
                    taken_over = True
                    working.cancel()
                    return

        extending = asyncio.create_task(extend())
        try:
            yield
        except asyncio.CancelledError:
            if taken_over and working is not None:
                working.uncancel()
                raise JobTakenOver from None
            raise
        finally:
            extending.cancel()

    async def tell(self) -> int:
        """Tell the workers of jobs that are due; return how many. One process does so at a time."""
        async with self.context.database.overview() as tx:
            seconds = max(self.limits.lease_seconds, STUCK_SECONDS_MIN)
            if ended := await jobs.end_stuck_transactions(tx, seconds=seconds):
                log.warning("stuck_transactions_ended", count=ended)
            if not await jobs.try_sweeper_lock(tx):
                return 0
            await jobs.drop_stale_tickets(tx, lease_seconds=self.limits.lease_seconds)
            due = await jobs.due(tx, limit=SWEEP_BATCH)
            for job in due:
                await jobs.issue_ticket(tx, job)
        return len(due)

    async def measure(self) -> int:
        """Let the metrics tell how the jobs of all tenants stand; that is no work to go on with."""
        async with self.context.database.overview() as tx:
            found = {(one.kind, one.standing): one for one in await jobs.backlog(tx)}
        for kind in JobKind:
            name = kind.name.lower()
            for standing in STANDINGS:
                backlog = found.get((kind, standing))
                JOBS_STANDING.labels(name, standing).set(backlog.jobs if backlog else 0)
            ready = found.get((kind, "ready"))
            JOBS_READY_SECONDS.labels(name).set(ready.oldest_seconds if ready else 0)
        return 0

    async def sweep(self) -> int:
        """Delete jobs that ended long ago; return how many."""
        async with self.context.database.overview() as tx:
            return await jobs.sweep(
                tx,
                kept_hours=self.limits.kept_hours,
                dead_kept_hours=self.limits.dead_kept_hours,
                limit=SWEEP_BATCH,
            )

    def _caller(self, tenant_id: str) -> Caller:
        seconds = self.limits.seconds_max
        return Caller(tenant_id, asyncio.get_running_loop().time() + seconds)

    @asynccontextmanager
    async def _transaction(self, tenant_id: str) -> AsyncGenerator[Transaction]:
        async with self.context.database.upkeep(tenant_id) as tx:
            await jobs.commit_lazily(tx)
            yield tx


def _class_of(error: Exception) -> str:
    """Return what went wrong in one word, without any text of a user or a server."""
    match error:
        case ModelError():
            return error.error_class
        case TimeoutError():
            return "JOB_TIMEOUT"
        case StorageUnavailable():
            return "STORAGE_UNAVAILABLE"
        case QuotaExceeded():
            return "QUOTA_EXCEEDED"
        case MemsvcError():
            return "STORAGE_FAILED"
    return "INTERNAL"


def _place(error: Exception) -> str:
    """Return where an unforeseen error came from: its type, file and line, and nothing of its text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__name__} at {where}"
