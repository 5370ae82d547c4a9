"""Messages and what is drawn from them, straight into a real database."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import numpy as np
import pytest

from memsvc.core.facts import ExtractedFact
from memsvc.core.lexical import lexical_vectors
from memsvc.core.model import (
    Caller,
    EmbeddingSpace,
    Memory,
    MemoryFilter,
    NewMessage,
    RankingWeights,
    Role,
    TemporalState,
    Vector,
)
from memsvc.core.slots import SLOTS
from memsvc.store import embeddings, memories
from memsvc.store.database import Database
from memsvc.store.memories import NewEpisode
from memsvc.usecases.context import Context
from memsvc.usecases.embedding import EmbeddedTexts
from memsvc.usecases.facts import keeping
from memsvc.wiring.clock import new_id, utc_now

START = datetime(2024, 1, 1, tzinfo=UTC)


def fact(
    content: str,
    slot: str = "",
    value: str = "",
    *,
    state: TemporalState = TemporalState.CURRENT,
    confidence: float = 0.9,
    ends: bool = False,
) -> ExtractedFact:
    """A fact as an extractor would draw it."""
    category = SLOTS[slot].category if slot in SLOTS else "other"
    return ExtractedFact(content, category, slot, value, state, confidence, None, ends)


def lives_in(place: str) -> ExtractedFact:
    """A fact of the slot that everybody has one value of."""
    return fact(f"The user lives in {place}.", "location", place)


@dataclass
class Diary:
    """One user's messages, each with what is drawn from it."""

    context: Context
    tenant_id: str
    user_id: str = field(default_factory=lambda: f"user-{uuid4()}")

    def caller(self) -> Caller:
        """A caller with time enough."""
        return Caller(self.tenant_id, asyncio.get_running_loop().time() + 60)

    async def say(
        self,
        day: float,
        *,
        role: Role = Role.USER,
        author: str = "",
        flags: tuple[str, ...] = (),
    ) -> Memory:
        """Store a message that was said on a day of 2024."""
        time = START + timedelta(days=day)
        message = NewMessage(str(uuid4()), role, "…", author, time, {}, None, "", flags=flags)
        episode = NewEpisode(new_id(), message, 0.5, lexical_vectors("…"))
        async with self.context.database.transaction(self.caller()) as tx:
            await memories.ensure_conversation(
                tx, self.user_id, "talk", project_id="", agent_id="", now=utc_now()
            )
            await memories.insert_episodes(
                tx,
                [episode],
                user_id=self.user_id,
                conversation_id="talk",
                project_id="",
                agent_id="",
                now=utc_now(),
            )
            found = await memories.get(tx, episode.memory_id, None, now=utc_now())
        assert found is not None
        return found

    async def keep(
        self,
        source: Memory,
        drawn: Sequence[ExtractedFact],
        vectors: Sequence[Vector] | None = None,
        space_id: int | None = None,
    ) -> list[UUID]:
        """Keep what was drawn from a message."""
        embedded = EmbeddedTexts(vectors or [None] * len(drawn), space_id)
        async with self.context.database.transaction(self.caller()) as tx:
            await keeping.lock_for(tx, source, drawn)
            return await keeping.keep(tx, self.context, source, drawn, embedded)

    async def tell(
        self,
        day: float,
        *drawn: ExtractedFact,
        role: Role = Role.USER,
        author: str = "",
        flags: tuple[str, ...] = (),
    ) -> Memory:
        """Say something and keep what is drawn from it."""
        source = await self.say(day, role=role, author=author, flags=flags)
        await self.keep(source, drawn)
        return source

    async def unsay(self, *sources: Memory) -> None:
        """Take messages back, as a deletion does."""
        async with self.context.database.transaction(self.caller()) as tx:
            await memories.delete(tx, [source.memory_id for source in sources], None, now=utc_now())
            said = [(self.user_id, source.message_id or "") for source in sources]
            await keeping.withdraw(tx, self.context, said)

    async def timeline(self, slot: str | None = None) -> list[Memory]:
        """All facts, in the order of their times."""
        async with self.context.database.transaction(self.caller()) as tx:
            return await memories.timeline(
                tx, self.user_id, None, slot, known_time=utc_now(), limit=500
            )

    async def spans(self, slot: str = "location") -> list[tuple[str, float, float | None]]:
        """The spans of a slot: value, first day, last day; what is contested left out."""
        return [
            (
                one.value,
                (one.valid_from_time - START) / timedelta(days=1),
                None
                if one.valid_to_time is None
                else (one.valid_to_time - START) / timedelta(days=1),
            )
            for one in await self.timeline(slot)
            if not one.contested and one.temporal_state is TemporalState.CURRENT
        ]

    async def live(self, slot: str) -> list[str]:
        """The contents of the facts of a slot that nothing superseded."""
        async with self.context.database.transaction(self.caller()) as tx:
            found = await memories.newest(
                tx, self.user_id, MemoryFilter(slots=[slot]), now=utc_now(), limit=500
            )
        return sorted(one.content for one in found)

    async def space(self) -> tuple[int, Vector]:
        """The active space of the database, and a unit vector of it."""
        ours = EmbeddingSpace("test", "1", 384)
        async with self.context.database.overview() as tx:
            active = await embeddings.active_space(tx, ours, now=utc_now())
        return active.space_id, np.eye(1, active.dimension, dtype=np.float32)[0]


def context_of(database: Database) -> Context:
    """What the use cases are given."""
    return Context(database, utc_now, new_id, b"0" * 32, lambda _: RankingWeights(), 5000)


@pytest.fixture
def context(database: Database) -> Context:
    """What the use cases are given, on the test's database."""
    return context_of(database)


@pytest.fixture
def diary(context: Context) -> Diary:
    """A user of a tenant of their own."""
    return Diary(context, f"tenant-{uuid4()}")
