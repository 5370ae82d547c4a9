"""Recording in the audit log, in the transaction of what is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from memsvc.core.audit import AuditAction, AuditEvent, chain
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
) -> None:
    """Record one event; without *caller* the service itself did it."""
    await record_all(tx, caller, [AuditEvent(action, target, reason, count)], now=now)


async def record_all(
    tx: Transaction, caller: Caller | None, events: Sequence[AuditEvent], *, now: datetime
) -> None:
    """Record *events*, in order.

    The tenant's other recorders wait until the transaction ends: do this last in it.
    """
    if not events:
        return
    head = await audit.hold_head(tx)
    await audit.append(tx, chain(head, events, caller.principal if caller else "", now))
