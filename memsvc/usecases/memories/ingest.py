"""Ingest: store what was said, once, so that it can be recalled when the reply arrives.

With the messages a job is stored that draws facts from them. Who asks for the facts at once has that job
done right away, as far as the time allows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Final
from uuid import UUID

from memsvc.core import importance
from memsvc.core.audit import AuditAction, AuditEvent
from memsvc.core.jobs import Job
from memsvc.core.lexical import lexical_vectors, searchable
from memsvc.core.model import Caller, Memory, NewMessage, Vector
from memsvc.store import memories, replies, withheld
from memsvc.store.database import Transaction
from memsvc.store.memories import NewEpisode
from memsvc.store.withheld import WithheldState
from memsvc.usecases import auditing
from memsvc.usecases.context import Context
from memsvc.usecases.embedding import EmbeddedTexts, Embedding
from memsvc.usecases.facts.drawing import Drawing
from memsvc.usecases.facts.running import JobRunner
from memsvc.usecases.once import Once, Replay
from memsvc.usecases.projects.gate import admit
from memsvc.usecases.quotas import Quotas
from memsvc.usecases.screening import at_leisure, screened_message

#: The share of the time left that drawing the facts may take, so that a reply still fits in.
DRAWING_TIME_SHARE: Final = 0.9


class ExtractionMode(Enum):
    """When facts are drawn from what is stored."""

    LATER = "later"
    AT_ONCE = "at once"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Ingested:
    """What was stored: each message's id and whether the user had it before."""

    conversation_id: str
    messages: list[tuple[str, bool]]
    revision: int
    #: The job that draws the facts; None for none.
    job_id: UUID | None = None
    #: The facts, where they were asked for at once.
    memories: list[Memory] = field(default_factory=list)
    #: They were asked for at once and are still to come.
    extraction_pending: bool = False
    #: The ids of the messages that are put aside.
    quarantined: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class IngestAsk:
    """Messages of one conversation, in order."""

    user_id: str
    conversation_id: str
    messages: list[NewMessage]
    project_id: str
    agent_id: str
    #: Whether the vectors may come later.
    deferred: bool
    extraction: ExtractionMode
    once: Once[Ingested]


@dataclass(frozen=True, slots=True)
class Stored:
    """What a transaction stored, and the job that it began."""

    ingested: Ingested
    begun: Job | None


@dataclass(frozen=True, slots=True)
class Ingest:
    """Stores messages, all or none."""

    context: Context
    embedding: Embedding
    drawing: Drawing
    runner: JobRunner
    quotas: Quotas
    #: The jobs that go on although nobody waits for them any more.
    _left: set[asyncio.Task[Job | None]] = field(default_factory=set)

    async def __call__(self, caller: Caller, ask: IngestAsk) -> Ingested | Replay:
        """Store the messages of *ask*; a message_id that the user has already is left alone.

        Raises InvalidFields for a vector of another model, SecretFound, TextRejected, QuotaExceeded,
        UserErased, ProjectNotFound and ProjectRoleMissing.
        """
        if replay := await self.quotas.room_or_reply(caller, ask.once, *_size_of(ask)):
            return replay
        ask = await self.screened(caller, ask)
        (embedded,) = await self.embed(caller, [ask])
        stored = await self._store(caller, ask, embedded)
        if isinstance(stored, Replay):
            return stored
        if stored.begun is None:
            return stored.ingested
        return await self._drawn(caller, ask, stored.ingested, stored.begun)

    async def make_room(self, caller: Caller, ask: IngestAsk) -> None:
        """Raise QuotaExceeded unless there is room for the messages of *ask*."""
        await self.quotas.make_room(caller, *_size_of(ask))

    async def screened(self, caller: Caller, ask: IngestAsk) -> IngestAsk:
        """Return *ask* with its messages as they may be stored; raise SecretFound and TextRejected."""
        policy = self.context.trust(caller.tenant_id)

        def screen() -> list[NewMessage]:
            return [
                screened_message(policy, message, f"messages[{index}]")
                for index, message in enumerate(ask.messages)
            ]

        length = sum(len(message.content) for message in ask.messages)
        return replace(ask, messages=await at_leisure(length, screen))

    async def embed(self, caller: Caller, asks: Sequence[IngestAsk]) -> list[EmbeddedTexts]:
        """Return the vectors of each of *asks*, all made at once; raises InvalidFields."""
        found: list[list[Vector | None]] = [
            [
                self.embedding.given(m.embedding) if m.embedding and not m.withheld else None
                for m in ask.messages
            ]
            for ask in asks
        ]
        missing = [
            (vectors, place, searchable(message.author, message.content))
            for ask, vectors in zip(asks, found, strict=True)
            for place, message in enumerate(ask.messages)
            if vectors[place] is None and not ask.deferred and not message.withheld
        ]
        embedded = await self.embedding.texts([text for _, _, text in missing], caller)
        for (vectors, place, _), vector in zip(missing, embedded.vectors, strict=True):
            vectors[place] = vector
        return [EmbeddedTexts(vectors, embedded.space_id) for vectors in found]

    async def store(
        self, caller: Caller, ask: IngestAsk, embedded: EmbeddedTexts
    ) -> Ingested | Replay:
        """Store the messages of *ask* with the vectors that there are; facts come later or never."""
        stored = await self._store(caller, ask, embedded)
        return stored if isinstance(stored, Replay) else stored.ingested

    async def _store(
        self, caller: Caller, ask: IngestAsk, embedded: EmbeddedTexts
    ) -> Stored | Replay:
        now = self.context.clock()
        async with self.context.database.transaction(caller) as tx:
            if replay := await ask.once.begin(tx, now):
                return replay
            stored = await self.put(tx, caller, ask, embedded, now)
            await ask.once.finish(tx, ask.user_id, stored.ingested)
        return stored

    async def put(
        self,
        tx: Transaction,
        caller: Caller,
        ask: IngestAsk,
        embedded: EmbeddedTexts,
        now: datetime,
    ) -> Stored:
        """Store the messages of *ask*, which are screened, in the caller's transaction."""
        episodes = [self._episode(message) for message in ask.messages]
        await admit(tx, ask.user_id, ask.project_id)
        await memories.ensure_conversation(
            tx,
            ask.user_id,
            ask.conversation_id,
            project_id=ask.project_id,
            agent_id=ask.agent_id,
            now=now,
        )
        new_ids = await memories.insert_episodes(
            tx,
            episodes,
            user_id=ask.user_id,
            conversation_id=ask.conversation_id,
            project_id=ask.project_id,
            agent_id=ask.agent_id,
            now=now,
        )
        aside = await self._put_aside(tx, ask, episodes, new_ids, now)
        there = [
            (place, episode)
            for place, episode in enumerate(episodes)
            if episode.memory_id in new_ids and not episode.message.withheld
        ]
        await embedded.keep(tx, [(place, new.memory_id, 1) for place, new in there], now)
        begun, job_id = await self._job(tx, ask, [episode for _, episode in there])
        ingested = Ingested(
            ask.conversation_id,
            [(e.message.message_id, e.memory_id not in new_ids) for e in episodes],
            await replies.revision(tx),
            job_id,
            extraction_pending=begun is not None,
            quarantined=aside,
        )
        await self._record(tx, caller, episodes, new_ids, now)
        return Stored(ingested, begun)

    async def _put_aside(
        self,
        tx: Transaction,
        ask: IngestAsk,
        episodes: Sequence[NewEpisode],
        new_ids: set[UUID],
        now: datetime,
    ) -> frozenset[str]:
        """Put new messages aside that the guard took for attacks; return which of all are put aside."""
        for episode in episodes:
            if episode.message.withheld and episode.memory_id in new_ids:
                await withheld.withhold(
                    tx,
                    [episode.memory_id],
                    WithheldState.QUARANTINED,
                    episode.message.withheld,
                    now=now,
                )
        known = [e.message.message_id for e in episodes if e.memory_id not in new_ids]
        aside = [e.message.message_id for e in episodes if e.message.withheld]
        if not known and not aside:
            return frozenset()
        return frozenset(
            await withheld.messages(tx, ask.user_id, [*known, *aside], WithheldState.QUARANTINED)
        )

    async def _record(
        self,
        tx: Transaction,
        caller: Caller,
        episodes: Sequence[NewEpisode],
        new_ids: set[UUID],
        now: datetime,
    ) -> None:
        events = [
            AuditEvent(
                AuditAction.MEMORY_QUARANTINED, str(episode.memory_id), episode.message.withheld
            )
            for episode in episodes
            if episode.message.withheld and episode.memory_id in new_ids
        ]
        await auditing.record_all(tx, caller, events, now=now)

    async def _job(
        self, tx: Transaction, ask: IngestAsk, new: Sequence[NewEpisode]
    ) -> tuple[Job | None, UUID | None]:
        """Store the job that draws facts from *new* messages: it and its id, where there is one."""
        to_read = [
            episode.memory_id
            for episode in new
            # Half a sentence may say the contrary of the whole.
            if episode.message.role in self.drawing.roles and not episode.message.interrupted
        ]
        where = (tx, ask.user_id, ask.conversation_id, to_read)
        match ask.extraction:
            case ExtractionMode.LATER:
                return None, await self.drawing.enqueue(*where)
            case ExtractionMode.AT_ONCE:
                begun = await self.drawing.begin(*where)
                return begun, begun.job_id if begun else None
            case ExtractionMode.NEVER:
                return None, None

    async def _drawn(
        self, caller: Caller, ask: IngestAsk, ingested: Ingested, begun: Job
    ) -> Ingested:
        """Return what was stored with its facts, if they are drawn in time; else they come later."""
        drawing = asyncio.create_task(self.runner.do(caller.tenant_id, begun))
        self._left.add(drawing)
        drawing.add_done_callback(self._left.discard)
        left = caller.deadline - asyncio.get_running_loop().time()
        await asyncio.wait({drawing}, timeout=left * DRAWING_TIME_SHARE)
        job = drawing.result() if drawing.done() and not drawing.cancelled() else None
        if job is None or not job.state.is_final:
            return ingested
        async with self.context.database.transaction(caller) as tx:
            found = await memories.fetch(tx, job.memory_ids)
            facts = [found[memory_id] for memory_id in job.memory_ids if memory_id in found]
            whole = replace(ingested, memories=facts, extraction_pending=False)
            # The same request gets this reply from now on.
            await ask.once.finish(tx, ask.user_id, whole)
        return whole

    def _episode(self, message: NewMessage) -> NewEpisode:
        guess = message.importance
        if guess is None:
            guess = importance.first_guess(message.content, importance.ROLE_BASE[message.role])
        return NewEpisode(
            self.context.new_id(),
            message,
            guess,
            lexical_vectors(searchable(message.author, message.content)),
        )


def _size_of(ask: IngestAsk) -> tuple[int, int]:
    """Return how many messages are to be stored, and how many bytes they take."""
    return len(ask.messages), sum(len(message.content.encode()) for message in ask.messages)
