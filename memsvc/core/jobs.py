"""Work that no caller waits for: what a job is, and when a failed one is tried again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Final
from uuid import UUID

#: The longest pause between two tries, in seconds.
BACKOFF_SECONDS_MAX: Final = 3600.0


class JobKind(IntEnum):
    """What a job does; the numbers are the contract's."""

    EXTRACT = 1
    CONSOLIDATE = 2


class JobState(IntEnum):
    """How far a job is; the numbers are the contract's."""

    QUEUED = 1
    RUNNING = 2
    SUCCEEDED = 3
    DEAD = 4
    CANCELLED = 5

    @property
    def is_final(self) -> bool:
        """Whether a job stays in this state unless somebody queues it again."""
        return self > JobState.RUNNING


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work as it is stored. It never holds a user's text."""

    job_id: UUID
    kind: JobKind
    user_id: str
    #: The conversation whose messages it reads; "" for none.
    conversation_id: str
    state: JobState
    #: The number of the last begin, from 1; only who holds it may write.
    attempt: int
    #: Begins that a busy language model put off, and those that ended badly.
    snooze_count: int
    failed_count: int
    #: Why the last try failed, in UPPER_SNAKE; "" if none did.
    last_error: str
    create_time: datetime
    run_time: datetime
    start_time: datetime | None
    end_time: datetime | None
    fact_count: int
    dropped_fact_count: int
    memory_ids: list[UUID]
    pending_message_count: int = 0


def backoff_seconds(failures: int, chance: float) -> float:
    """Return how long to wait after *failures* failures, from 1, in seconds.

    failures^4, as River does it, up to BACKOFF_SECONDS_MAX, plus or minus a tenth: *chance*, 0 to 1,
    spreads the tries of jobs that failed together.
    """
    return float(min(failures**4, BACKOFF_SECONDS_MAX)) * (0.9 + 0.2 * chance)


def user_lock(tenant_id: str, user_id: str) -> str:
    """Return what the jobs of one user share, so that one of them runs at a time; it names nobody."""
    return hashlib.sha256(f"{tenant_id}\0{user_id}".encode()).hexdigest()
