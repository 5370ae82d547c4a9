"""Recording in the audit log, in the transaction of what is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from memsvc.core.audit import AuditAction, AuditEntry, AuditEvent, chain
from memsvc.core.model import Caller
from memsvc.store import audit
from memsvc.store.database import Transaction


async def record(
    tx: Transaction,
    caller: Caller | None,
    action: AuditAction,
    *,
    now: datetime,
    target: str = "",
    reason: str = "",
    count: int = 1,
) -> AuditEntry:
    """Record one event and return its entry; without *caller* the service itself did it."""
    events = [AuditEvent(action, target, reason, count)]
    return (await record_all(tx, caller, events, now=now))[0]


async def record_all(
    tx: Transaction, caller: Caller | None, events: Sequence[AuditEvent], *, now: datetime
) -> list[AuditEntry]:
    """Record *events*, in order, and return their entries.

    The tenant's other recorders wait until the transaction ends: do this last in it.
    """
    if not events:
        return []
    head = await audit.hold_head(tx)
    entries = chain(head, events, caller.principal if caller else "", now)
    await audit.append(tx, entries)
    return entries
