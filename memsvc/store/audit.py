"""The audit log: entries are added and read, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from memsvc.core.audit import GENESIS, AuditEntry, AuditHead
from memsvc.store.database import Transaction


async def hold_head(tx: Transaction) -> AuditHead:
    """Return the last entry's place and hash; nobody else adds an entry until the transaction ends."""
    await tx.execute("lock_audit_log")
    rows = await tx.mapped("get_audit_head", dict)
    return AuditHead(rows[0]["sequence"], bytes(rows[0]["hash"])) if rows else AuditHead(0, GENESIS)


async def append(tx: Transaction, entries: Sequence[AuditEntry]) -> None:
    """Add the entries, which follow from the head that this transaction holds."""
    await tx.execute(
        "append_audit_entries",
        sequences=[entry.sequence for entry in entries],
        event_times=[entry.event_time for entry in entries],
        principals=[entry.principal for entry in entries],
        actions=[entry.action for entry in entries],
        targets=[entry.target for entry in entries],
        reasons=[entry.reason for entry in entries],
        counts=[entry.count for entry in entries],
        hashes=[entry.hash for entry in entries],
    )


async def page(tx: Transaction, *, after: int, limit: int, action: str = "") -> list[AuditEntry]:
    """Return *limit* entries from *after* on, oldest first; with *action* only such ones."""
    return await tx.mapped(
        "list_audit_entries", _entry, after=after, limit=limit, action=action or None
    )


def _entry(values: dict[str, Any]) -> AuditEntry:
    values["hash"] = bytes(values["hash"])
    return AuditEntry(**values)
