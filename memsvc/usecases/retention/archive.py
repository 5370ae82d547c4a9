"""The archive: what retention has put aside, and bringing it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from memsvc.core import page_token
from memsvc.core.audit import AuditAction, AuditEvent
from memsvc.core.errors import MemoryNotFound
from memsvc.core.model import Caller, JsonValue, MemoryKind
from memsvc.core.paging import memory_bytes, within
from memsvc.core.provenance import Withheld
from memsvc.store import facts, replies, withheld
from memsvc.store.withheld import WithheldState
from memsvc.usecases.auditing import record_all
from memsvc.usecases.context import Context
from memsvc.usecases.facts import keeping


@dataclass(frozen=True, slots=True)
class ArchiveAsk:
    """A page of the archive."""

    #: None for what was put aside of anybody.
    user_id: str | None
    page_size: int
    page_token: str
    #: Everything that has to be the same on the next page.
    binding: bytes


@dataclass(frozen=True, slots=True)
class ArchivePage:
    """One page of the archive, what was put aside last first."""

    memories: list[Withheld]
    next_page_token: str


@dataclass(frozen=True, slots=True)
class Archive:
    """The archive of a tenant."""

    context: Context

    async def page(self, caller: Caller, ask: ArchiveAsk) -> ArchivePage:
        """Return one page; raise InvalidPageToken."""
        binding = caller.tenant_id.encode() + b"\0" + ask.binding
        key = self.context.secret_key
        after = None
        if ask.page_token:
            time, memory_id = page_token.decode(ask.page_token, binding, key)
            after = (datetime.fromisoformat(str(time)), UUID(str(memory_id)))
        async with self.context.database.transaction(caller) as tx:
            found = await withheld.page(
                tx, WithheldState.ARCHIVED, ask.user_id, limit=ask.page_size + 1, after=after
            )
        shown = [*within(found[: ask.page_size], lambda one: memory_bytes(one.memory))]
        if len(found) == len(shown):
            return ArchivePage(shown, "")
        last = shown[-1]
        position: list[JsonValue] = [last.withhold_time.isoformat(), str(last.memory.memory_id)]
        return ArchivePage(shown, page_token.encode(position, binding, key))

    async def restore(self, caller: Caller, memory_ids: list[UUID]) -> int:
        """Bring memories back, all or none, and return the revision; raise MemoryNotFound."""
        now = self.context.clock()
        async with self.context.database.transaction(caller) as tx:
            back = await withheld.release(tx, memory_ids, WithheldState.ARCHIVED, now=now)
            if missing := set(memory_ids) - back.keys():
                raise MemoryNotFound(field="memory_ids", count=str(len(missing)))
            drawn = [one.memory_id for one in back.values() if one.kind is MemoryKind.FACT]
            if drawn:
                await keeping.resettle(tx, self.context, await facts.fetch(tx, drawn))
            revision = await replies.revision(tx)
            events = [AuditEvent(AuditAction.MEMORY_RESTORED, str(one)) for one in sorted(back)]
            await record_all(tx, caller, events, now=now)
        return revision
