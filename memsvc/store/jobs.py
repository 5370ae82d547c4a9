"""Jobs and the tickets that tell workers of them: one typed function a statement.

The job is the truth: its state, its lease, the number of its last begin. A ticket of the queue only
says that it is worth a look: one too many does no harm, and a lost one is issued again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from memsvc.core.jobs import Job, JobKind, JobState, user_lock
from memsvc.core.model import Memory, Role
from memsvc.store.database import Transaction
from memsvc.store.memories import memory_of


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to write a job's results, as long as nobody has begun it again."""

    job_id: UUID
    attempt: int


@dataclass(frozen=True, slots=True)
class DueJob:
    """A job that waits for a worker, by its ids."""

    tenant_id: str
    job_id: UUID
    user_id: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many jobs of a kind stand how."""

    kind: int
    #: "ready", "postponed", "running" or "dead".
    standing: str
    jobs: int
    #: How long the oldest of them has stood so; below 0 if it is still to be ready.
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a conversation."""

    author: str
    role: Role
    content: str


def _job(values: dict[str, Any]) -> Job:
    values["kind"] = JobKind(values["kind"])
    values["state"] = JobState(values["state"])
    return Job(**values)


async def _one(tx: Transaction, name: str, **parameters: object) -> Job | None:
    rows = await tx.mapped(name, _job, **parameters)
    return rows[0] if rows else None


async def enqueue(
    tx: Transaction, job_id: UUID, kind: JobKind, user_id: str, conversation_id: str = ""
) -> UUID:
    """Queue a job and tell the workers; return the id of the job that will do it.

    That is one which waits already, if there is one for the same kind, user and conversation.
    """
    rows = await tx.mapped(
        "enqueue_job",
        dict,
        job_id=job_id,
        kind=int(kind),
        user_id=user_id,
        conversation_id=conversation_id,
    )
    if rows[0]["is_new"]:
        await issue_ticket(tx, DueJob(tx.tenant_id, job_id, user_id))
    queued: UUID = rows[0]["job_id"]
    return queued


async def begin(
    tx: Transaction,
    job_id: UUID,
    kind: JobKind,
    user_id: str,
    conversation_id: str,
    *,
    lease_seconds: float,
) -> Job:
    """Store a job that the caller does at once, claimed already."""
    rows = await tx.mapped(
        "begin_job",
        _job,
        job_id=job_id,
        kind=int(kind),
        user_id=user_id,
        conversation_id=conversation_id,
        lease_seconds=lease_seconds,
    )
    return rows[0]


async def add_messages(tx: Transaction, job_id: UUID, memory_ids: Sequence[UUID]) -> None:
    """Give a job messages to read, by the ids of their episodes."""
    await tx.execute("add_job_messages", job_id=job_id, memory_ids=list(memory_ids))


async def issue_ticket(tx: Transaction, due: DueJob) -> None:
    """Tell the workers of a job, once the transaction commits."""
    await tx.execute(
        "issue_ticket",
        tenant=due.tenant_id,
        job_id=due.job_id,
        lock=user_lock(due.tenant_id, due.user_id),
    )


async def try_sweeper_lock(tx: Transaction) -> bool:
    """Return whether this transaction is the only one that sweeps."""
    rows = await tx.mapped("try_sweeper_lock", dict)
    return bool(rows[0]["locked"])


async def commit_lazily(tx: Transaction) -> None:
    """Let the transaction's commit not wait for the disk: a crash may take it back."""
    await tx.execute("commit_lazily")


async def end_stuck_transactions(tx: Transaction, *, seconds: float) -> int:
    """End transactions of paused processes of the service, which hold locks; return how many."""
    return len(await tx.mapped("end_stuck_transactions", dict, seconds=seconds))


async def drop_stale_tickets(tx: Transaction, *, lease_seconds: float) -> None:
    """Take away the tickets of workers that are gone; only in an overview transaction."""
    await tx.execute("drop_stale_tickets", lease_seconds=lease_seconds)


async def due(tx: Transaction, *, limit: int) -> list[DueJob]:
    """Return jobs that wait and have no ticket; only in an overview transaction."""
    return await tx.all("list_due_jobs", DueJob, limit=limit)


async def backlog(tx: Transaction) -> list[Backlog]:
    """Return how all tenants' jobs stand; only in an overview transaction."""
    return await tx.all("measure_backlog", Backlog)


async def sweep(tx: Transaction, *, kept_hours: int, dead_kept_hours: int, limit: int) -> int:
    """Delete jobs that ended so many hours ago; only in an overview transaction."""
    rows = await tx.mapped(
        "sweep_jobs", dict, kept_hours=kept_hours, dead_kept_hours=dead_kept_hours, limit=limit
    )
    return len(rows)


async def claim(
    tx: Transaction, job_id: UUID, *, lease_seconds: float, failures_max: int
) -> Job | None:
    """Begin a job; return None if it is not to be begun now.

    One whose lease ran out too often comes back dead.
    """
    return await _one(
        tx, "claim_job", job_id=job_id, lease_seconds=lease_seconds, failures_max=failures_max
    )


async def extend_lease(tx: Transaction, claimed: Claim, *, lease_seconds: float) -> bool:
    """Return whether the job is still ours; then it stays so for a while."""
    rows = await tx.mapped(
        "extend_lease",
        dict,
        job_id=claimed.job_id,
        attempt=claimed.attempt,
        lease_seconds=lease_seconds,
    )
    return bool(rows)


async def hold(tx: Transaction, claimed: Claim) -> bool:
    """Return whether the job is still ours; then it stays so until the end of the transaction."""
    rows = await tx.mapped("hold_job", dict, job_id=claimed.job_id, attempt=claimed.attempt)
    return bool(rows)


async def note_progress(
    tx: Transaction, job_id: UUID, memory_ids: Sequence[UUID], *, dropped: int
) -> None:
    """Add to what a job has brought about."""
    await tx.execute(
        "note_job_progress", job_id=job_id, memory_ids=list(memory_ids), dropped=dropped
    )


async def settle_message(tx: Transaction, job_id: UUID, memory_id: UUID) -> None:
    """Note that a job has read a message."""
    await tx.execute("settle_job_message", job_id=job_id, memory_id=memory_id)


async def end(
    tx: Transaction, claimed: Claim, state: JobState, *, error: str = "", failures: int = 0
) -> Job | None:
    """End a job; return None if somebody else has begun it since."""
    return await _one(
        tx,
        "end_job",
        job_id=claimed.job_id,
        attempt=claimed.attempt,
        state=int(state),
        last_error=error,
        failures=failures,
    )


async def postpone(
    tx: Transaction, claimed: Claim, seconds: float, error: str, *, counted: bool
) -> Job | None:
    """Queue a job for a later try, which counts as a failure or not; None if it is not ours."""
    return await _one(
        tx,
        "postpone_job",
        job_id=claimed.job_id,
        attempt=claimed.attempt,
        seconds=seconds,
        last_error=error,
        failures=int(counted),
        snoozes=int(not counted),
    )


async def get(tx: Transaction, job_id: UUID) -> Job | None:
    """Return a job, None if there is none."""
    return await _one(tx, "get_job", job_id=job_id)


async def dead(
    tx: Transaction, user_id: str | None, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[Job]:
    """Return jobs that failed for good, the one that died last first, from *after* on."""
    return await tx.mapped(
        "list_dead_jobs",
        _job,
        user_id=user_id,
        after_end_time=after and after[0],
        after_id=after and after[1],
        limit=limit,
    )


async def requeue(tx: Transaction, job_id: UUID) -> bool:
    """Queue a dead job again; return whether there was one."""
    return bool(await tx.mapped("requeue_job", dict, job_id=job_id))


async def messages(tx: Transaction, job_id: UUID, *, limit: int) -> list[Memory]:
    """Return the next episodes that a job is to read, in their order."""
    return await tx.mapped("list_job_messages", memory_of, job_id=job_id, limit=limit)


async def refuse_message(tx: Transaction, job_id: UUID, memory_id: UUID, refusal: str) -> None:
    """Note why a job cannot read a message."""
    await tx.execute("refuse_job_message", job_id=job_id, memory_id=memory_id, refusal=refusal)


async def refusal(tx: Transaction, job_id: UUID) -> str:
    """Return why some message of a job cannot be read, "" if all could."""
    rows = await tx.mapped("get_job_refusal", dict, job_id=job_id)
    return str(rows[0]["refusal"]) if rows else ""


async def lines_before(tx: Transaction, episode: Memory, *, limit: int) -> list[Line]:
    """Return the lines of the conversation right before a message, oldest first."""
    rows = await tx.mapped(
        "list_lines_before",
        dict,
        user_id=episode.user_id,
        conversation_id=episode.conversation_id,
        memory_id=episode.memory_id,
        limit=limit,
    )
    return [Line(row["author"], Role(row["role"]), row["content"]) for row in rows]
