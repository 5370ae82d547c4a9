"""Extraction: what the messages of a job say becomes facts, message by message.

The extractor is asked outside of any transaction. What it drew is stored together with the note that
the message is read, so a message is never read twice with effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from memsvc.core.jobs import Job, JobState
from memsvc.core.lexical import searchable
from memsvc.core.model import Caller, Memory, Role
from memsvc.providers.extraction import Drawn, Extractor, Said, speaker
from memsvc.providers.model_errors import ErrorClass, ModelRefused
from memsvc.store import facts, jobs
from memsvc.store.jobs import Claim, Line
from memsvc.telemetry import FACTS
from memsvc.usecases.context import Context
from memsvc.usecases.embedding import Embedding
from memsvc.usecases.facts import keeping
from memsvc.usecases.facts.holding import hold
from memsvc.usecases.facts.screening import screened, shown
from memsvc.usecases.quotas import Quotas

#: How many messages are read before other jobs get their turn; all of those of one Ingest.
MESSAGES_MAX: Final = 100
#: How many lines of the conversation before a message help to understand it.
LINES_BEFORE: Final = 6


@dataclass(frozen=True, slots=True)
class Extraction:
    """Draws facts from messages."""

    context: Context
    embedding: Embedding
    extractor: Extractor
    quotas: Quotas

    async def __call__(self, caller: Caller, job: Job) -> JobState:
        """Read the next messages of *job*; return how it ends, or QUEUED if there are more.

        A message whose reply is of no use does not keep the others from being read; in the end
        ModelRefused is raised. Raises ModelBusy, ModelUnavailable, QuotaExceeded and JobTakenOver,
        and what the database raises.
        """
        claim = Claim(job.job_id, job.attempt)
        async with self.context.database.transaction(caller) as tx:
            todo = await jobs.messages(tx, job.job_id, limit=MESSAGES_MAX)
        for episode in todo:
            try:
                await self._read(caller, claim, episode)
            except ModelRefused as error:
                async with self.context.database.transaction(caller) as tx:
                    await hold(tx, claim)
                    await jobs.refuse_message(tx, job.job_id, episode.memory_id, error.error_class)
        async with self.context.database.transaction(caller) as tx:
            more = await jobs.messages(tx, job.job_id, limit=1)
            refusal = await jobs.refusal(tx, job.job_id)
        if more:
            return JobState.QUEUED
        if refusal:
            raise ModelRefused(ErrorClass(refusal))
        return JobState.SUCCEEDED if todo or job.fact_count else JobState.CANCELLED

    async def _read(self, caller: Caller, claim: Claim, episode: Memory) -> None:
        async with self.context.database.transaction(caller) as tx:
            before = await jobs.lines_before(tx, episode, limit=LINES_BEFORE)
        async with self.quotas.spending(caller):
            drawn = await self.draw(caller, episode, before)
        texts = [searchable(episode.author, fact.content) for fact in drawn.facts]
        embedded = await self.embedding.texts(texts, caller)
        async with self.context.database.transaction(caller) as tx:
            await hold(tx, claim)
            await keeping.lock_for(tx, episode, drawn.facts)
            version = await facts.hold_source(tx, episode.memory_id)
            if version is not None and version != episode.version:
                return  # it says something else now: it is read again
            kept: list[UUID] = []
            if version is not None:
                kept = await keeping.keep(tx, self.context, episode, drawn.facts, embedded)
            await jobs.settle_message(tx, claim.job_id, episode.memory_id)
            await jobs.note_progress(tx, claim.job_id, kept, dropped=drawn.dropped)
        FACTS.labels("kept").inc(len(kept))
        FACTS.labels("dropped").inc(drawn.dropped)

    async def draw(self, caller: Caller, episode: Memory, before: Sequence[Line]) -> Drawn:
        """Return what *episode* says, given the lines *before* it; nothing is stored.

        Raises the errors of `memsvc.providers.model_errors`.
        """
        said = Said(
            text=episode.content,
            author=episode.author,
            role=(episode.role or Role.USER).name.lower(),
            said=episode.valid_from_time,
            before=[
                (speaker(line.author, line.role.name.lower()), line.content) for line in before
            ],
        )
        policy = self.context.trust(caller.tenant_id)
        return screened(policy, await self.extractor.extract(shown(policy, said)))
