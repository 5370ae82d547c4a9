"""Reading memories: one, its sources, and all of a user's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from uuid import UUID

from memsvc.core import page_token
from memsvc.core.errors import MemoryNotFound
from memsvc.core.model import Caller, JsonValue, Memory, MemoryFilter
from memsvc.core.paging import memory_bytes, within
from memsvc.store import memories
from memsvc.usecases.context import Context


@dataclass(frozen=True, slots=True)
class MemoryAsk:
    """A memory by its id, and if given whose it has to be."""

    memory_id: UUID
    user_id: str | None


@dataclass(frozen=True, slots=True)
class ListAsk:
    """The memories of a user, newest first."""

    user_id: str
    filter: MemoryFilter
    page_size: int
    page_token: str
    #: Everything that has to be the same on the next page.
    binding: bytes


@dataclass(frozen=True, slots=True)
class TimelineAsk:
    """What was so from when to when, of one user."""

    user_id: str
    #: None for all.
    category: str | None
    slot: str | None
    page_size: int
    page_token: str
    #: Everything that has to be the same on the next page.
    binding: bytes


@dataclass(frozen=True, slots=True)
class MemoryPage:
    """One page of memories."""

    memories: list[Memory]
    next_page_token: str


@dataclass(frozen=True, slots=True)
class ReadMemories:
    """Reads memories as they are stored."""

    context: Context

    async def get(self, caller: Caller, ask: MemoryAsk) -> Memory:
        """Return the memory; raise MemoryNotFound."""
        async with self.context.database.transaction(caller) as tx:
            memory = await memories.get(tx, ask.memory_id, ask.user_id, now=self.context.clock())
        if memory is None:
            raise MemoryNotFound(field="memory_id")
        return memory

    async def source(self, caller: Caller, ask: MemoryAsk) -> list[Memory]:
        """Return the episodes that the memory rests on, oldest first; raise MemoryNotFound."""
        memory = await self.get(caller, ask)
        if not memory.source_message_ids:
            return []
        async with self.context.database.transaction(caller) as tx:
            return await memories.source_messages(tx, memory)

    async def list(self, caller: Caller, ask: ListAsk) -> MemoryPage:
        """Return one page; raise InvalidPageToken."""
        binding = caller.tenant_id.encode() + b"\0" + ask.binding
        known_time, after = self._start(ask, binding)
        async with self.context.database.transaction(caller) as tx:
            found = await memories.newest(
                tx,
                ask.user_id,
                ask.filter if after is None else replace(ask.filter, known_time=known_time),
                now=known_time,
                limit=ask.page_size + 1,
                after=after,
            )
        return self._page(found, ask.page_size, known_time, binding, attrgetter("create_time"))

    async def timeline(self, caller: Caller, ask: TimelineAsk) -> MemoryPage:
        """Return one page of facts and notes, those first that began first; raise InvalidPageToken."""
        binding = caller.tenant_id.encode() + b"\0" + ask.binding
        known_time, after = self._start(ask, binding)
        async with self.context.database.transaction(caller) as tx:
            found = await memories.timeline(
                tx,
                ask.user_id,
                ask.category,
                ask.slot,
                known_time=known_time,
                limit=ask.page_size + 1,
                after=after,
            )
        return self._page(found, ask.page_size, known_time, binding, attrgetter("valid_from_time"))

    def _page(
        self,
        found: Sequence[Memory],
        page_size: int,
        known_time: datetime,
        binding: bytes,
        order: Callable[[Memory], datetime],
    ) -> MemoryPage:
        """Return what fits of *found*, which is in the *order* of a time, and where the next begins."""
        page = list(within(found[:page_size], memory_bytes))
        if len(found) == len(page):
            return MemoryPage(page, "")
        position: list[JsonValue] = [
            known_time.isoformat(),
            order(page[-1]).isoformat(),
            str(page[-1].memory_id),
        ]
        return MemoryPage(page, page_token.encode(position, binding, self.context.secret_key))

    def _start(
        self, ask: ListAsk | TimelineAsk, binding: bytes
    ) -> tuple[datetime, tuple[datetime, UUID] | None]:
        if not ask.page_token:
            return self.context.clock(), None
        known_time, last_time, memory_id = page_token.decode(
            ask.page_token, binding, self.context.secret_key
        )
        after = (datetime.fromisoformat(str(last_time)), UUID(str(memory_id)))
        return datetime.fromisoformat(str(known_time)), after
