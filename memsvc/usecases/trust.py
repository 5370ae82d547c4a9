"""What the write guard has put aside: shown, let in, or deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from memsvc.core import page_token
from memsvc.core.audit import AuditAction, AuditEvent
from memsvc.core.errors import MemoryNotFound
from memsvc.core.model import Caller, JsonValue, Memory, MemoryKind
from memsvc.core.paging import memory_bytes, within
from memsvc.core.provenance import Withheld
from memsvc.store import facts, memories, replies, withheld
from memsvc.store.database import Transaction
from memsvc.store.withheld import WithheldState
from memsvc.usecases import auditing
from memsvc.usecases.context import Context
from memsvc.usecases.facts import keeping
from memsvc.usecases.facts.drawing import Drawing
from memsvc.usecases.once import Once, Replay


@dataclass(frozen=True, slots=True)
class QuarantineAsk:
    """Which page of what is put aside is asked for."""

    #: None for all users of the tenant.
    user_id: str | None
    page_size: int
    page_token: str
    #: Everything that has to be the same on the next page.
    binding: bytes


@dataclass(frozen=True, slots=True)
class QuarantinePage:
    """One page of what is put aside."""

    memories: list[Withheld]
    next_page_token: str


@dataclass(frozen=True, slots=True)
class Approved:
    """What was let in, in the order in which it was asked for."""

    memories: list[Memory]
    revision: int


@dataclass(frozen=True, slots=True)
class ApproveAsk:
    """Memories to let in, all or none."""

    memory_ids: list[UUID]
    #: If given, whose the memories have to be.
    user_id: str | None
    once: Once[Approved]


@dataclass(frozen=True, slots=True)
class RejectAsk:
    """Memories to delete, all or none."""

    memory_ids: list[UUID]
    #: If given, whose the memories have to be.
    user_id: str | None
    once: Once[int]


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Decides about what is put aside."""

    context: Context
    drawing: Drawing

    async def list(self, caller: Caller, ask: QuarantineAsk) -> QuarantinePage:
        """Return one page, what was put aside last first; raise InvalidPageToken."""
        binding = caller.tenant_id.encode() + b"\0" + ask.binding
        after = None
        if ask.page_token:
            time, last_id = page_token.decode(ask.page_token, binding, self.context.secret_key)
            after = (datetime.fromisoformat(str(time)), UUID(str(last_id)))
        async with self.context.database.transaction(caller) as tx:
            found = await withheld.page(
                tx, WithheldState.QUARANTINED, ask.user_id, limit=ask.page_size + 1, after=after
            )
        page = [*within(found[: ask.page_size], lambda one: memory_bytes(one.memory))]
        if len(found) == len(page):
            return QuarantinePage(page, "")
        return QuarantinePage(page, self._token(page[-1], binding))

    def _token(self, last: Withheld, binding: bytes) -> str:
        position: list[JsonValue] = [last.withhold_time.isoformat(), str(last.memory.memory_id)]
        return page_token.encode(position, binding, self.context.secret_key)

    async def approve(self, caller: Caller, ask: ApproveAsk) -> Approved | Replay:
        """Let memories in; from now on they are embedded, read for facts and recalled.

        Raises MemoryNotFound, and then lets none in, if one of them is not put aside.
        """
        now = self.context.clock()
        async with self.context.database.transaction(caller) as tx:
            if replay := await ask.once.begin(tx, now):
                return replay
            back = await withheld.release(
                tx, ask.memory_ids, WithheldState.QUARANTINED, now=now, user_id=ask.user_id
            )
            _require_all(ask.memory_ids, back.keys())
            approved = await withheld.approve(tx, ask.memory_ids)
            await self._read_for_facts(tx, [approved[one] for one in ask.memory_ids])
            placed = [one for one in approved.values() if one.kind is MemoryKind.FACT]
            if placed:
                await keeping.resettle(
                    tx, self.context, await facts.fetch(tx, [one.memory_id for one in placed])
                )
                approved |= await memories.fetch(tx, [one.memory_id for one in placed])
            done = Approved([approved[one] for one in ask.memory_ids], await replies.revision(tx))
            await ask.once.finish(tx, done.memories[0].user_id, done)
            await self._record(tx, caller, AuditAction.MEMORY_APPROVED, ask.memory_ids, now)
        return done

    async def reject(self, caller: Caller, ask: RejectAsk) -> int | Replay:
        """Delete what is put aside, and return the revision.

        Raises MemoryNotFound, and then deletes nothing, if one of them is not put aside.
        """
        now = self.context.clock()
        async with self.context.database.transaction(caller) as tx:
            if replay := await ask.once.begin(tx, now):
                return replay
            gone = await withheld.delete(
                tx,
                memory_ids=ask.memory_ids,
                user_id=ask.user_id,
                state=WithheldState.QUARANTINED,
            )
            _require_all(ask.memory_ids, gone.keys())
            revision = await replies.revision(tx)
            await ask.once.finish(tx, next(iter(gone.values())).user_id, revision)
            await self._record(tx, caller, AuditAction.MEMORY_REJECTED, ask.memory_ids, now)
        return revision

    async def _read_for_facts(self, tx: Transaction, approved: Sequence[Memory]) -> None:
        """Queue the reading of the messages among *approved*."""
        said: dict[tuple[str, str], list[UUID]] = defaultdict(list)
        for memory in approved:
            if memory.kind is MemoryKind.EPISODE and memory.role in self.drawing.roles:
                said[memory.user_id, memory.conversation_id or ""].append(memory.memory_id)
        for (user_id, conversation_id), memory_ids in said.items():
            await self.drawing.enqueue(tx, user_id, conversation_id, memory_ids)

    async def _record(
        self,
        tx: Transaction,
        caller: Caller,
        action: AuditAction,
        memory_ids: Sequence[UUID],
        now: datetime,
    ) -> None:
        events = [AuditEvent(action, str(memory_id)) for memory_id in memory_ids]
        await auditing.record_all(tx, caller, events, now=now)


def _require_all(asked: Collection[UUID], found: Collection[UUID]) -> None:
    if missing := set(asked) - set(found):
        raise MemoryNotFound(field="memory_ids", count=str(len(missing)))
