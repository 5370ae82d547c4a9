"""Reading the audit log, and proving that it is whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from memsvc.core import page_token
from memsvc.core.audit import GENESIS, AuditEntry, AuditHead, first_broken
from memsvc.core.model import Caller
from memsvc.store import audit
from memsvc.usecases.context import Context

#: Entries that are checked at once.
BATCH: Final = 1000


@dataclass(frozen=True, slots=True)
class AuditAsk:
    """A page of the audit log."""

    #: "" for entries of all actions.
    action: str
    page_size: int
    page_token: str
    #: Everything that has to be the same on the next page.
    binding: bytes


@dataclass(frozen=True, slots=True)
class AuditPage:
    """One page of the audit log, oldest entry first."""

    entries: list[AuditEntry]
    next_page_token: str


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether every entry follows from the ones before."""

    entries: int
    #: The first one that does not; None if all do.
    broken: int | None
    #: The hash of the last one.
    head: bytes


@dataclass(frozen=True, slots=True)
class AuditLog:
    """The audit log of a tenant."""

    context: Context

    async def page(self, caller: Caller, ask: AuditAsk) -> AuditPage:
        """Return one page; raise InvalidPageToken."""
        binding = caller.tenant_id.encode() + b"\0" + ask.binding
        after = 0
        if ask.page_token:
            (position,) = page_token.decode(ask.page_token, binding, self.context.secret_key)
            after = int(str(position))
        async with self.context.database.transaction(caller) as tx:
            found = await audit.page(tx, after=after, limit=ask.page_size + 1, action=ask.action)
        entries = found[: ask.page_size]
        if len(found) == len(entries):
            return AuditPage(entries, "")
        token = page_token.encode([entries[-1].sequence], binding, self.context.secret_key)
        return AuditPage(entries, token)

    async def verify(self, caller: Caller) -> Verification:
        """Check the whole chain."""
        head = AuditHead(0, GENESIS)
        while True:
            async with self.context.database.transaction(caller) as tx:
                entries = await audit.page(tx, after=head.sequence, limit=BATCH)
            if (broken := first_broken(head, entries)) is not None:
                return Verification(head.sequence + len(entries), broken, entries[-1].hash)
            if entries:
                head = AuditHead(entries[-1].sequence, entries[-1].hash)
            if len(entries) < BATCH:
                return Verification(head.sequence, None, head.hash)
