"""Asking for facts to be drawn: the job is stored with the messages that it is to read, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from memsvc.core.jobs import Job, JobKind
from memsvc.core.model import Memory, Role
from memsvc.store import jobs
from memsvc.store.database import Transaction
from memsvc.usecases.context import Context


@dataclass(frozen=True, slots=True)
class Drawing:
    """Queues the drawing of facts, in the transaction that stores the messages."""

    context: Context
    #: Whose messages facts are drawn from.
    roles: frozenset[Role]
    #: How long a job that is done at once is left to the one who does it, in seconds.
    lease_seconds: float

    async def enqueue(
        self, tx: Transaction, user_id: str, conversation_id: str, memory_ids: Sequence[UUID]
    ) -> UUID | None:
        """Queue the reading of these messages of a conversation; return the job, None for none."""
        if not memory_ids:
            return None
        job_id = await jobs.enqueue(
            tx, self.context.new_id(), JobKind.EXTRACT, user_id, conversation_id
        )
        await jobs.add_messages(tx, job_id, memory_ids)
        return job_id

    async def begin(
        self, tx: Transaction, user_id: str, conversation_id: str, memory_ids: Sequence[UUID]
    ) -> Job | None:
        """Store a job for these messages that the caller does at once."""
        if not memory_ids:
            return None
        job = await jobs.begin(
            tx,
            self.context.new_id(),
            JobKind.EXTRACT,
            user_id,
            conversation_id,
            lease_seconds=self.lease_seconds,
        )
        await jobs.add_messages(tx, job.job_id, memory_ids)
        return job

    async def draw_again(self, tx: Transaction, episode: Memory) -> None:
        """Queue the reading of a message whose text has changed."""
        if episode.role in self.roles:
            # One whose conversation is gone belongs to none.
            where = episode.conversation_id or ""
            await self.enqueue(tx, episode.user_id, where, [episode.memory_id])
