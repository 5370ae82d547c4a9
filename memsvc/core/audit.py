"""The audit log: what was done to a tenant's data and access, by whom and why; never what was said.

Each entry of a tenant carries the hash of the one before, so that none can be changed or left out
without all later hashes being wrong. (Schneier and Kelsey, "Secure audit logs to support computer
forensics", 1999, without the encryption.)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

#: The hash before a tenant's first entry.
GENESIS: Final = bytes(32)


class AuditAction(StrEnum):
    """What was done."""

    KEY_CREATED = "key.created"
    KEY_REVOKED = "key.revoked"
    KEY_RESTORED = "key.restored"
    KEY_ROTATED = "key.rotated"
    KEY_DELETED = "key.deleted"
    ACCOUNT_INVITED = "account.invited"
    ACCOUNT_REGISTERED = "account.registered"
    ACCOUNT_SECURED = "account.secured"
    SESSION_BEGUN = "session.begun"
    SESSION_ENDED = "session.ended"
    SESSION_REUSED = "session.reused"
    MEMORY_DELETED = "memory.deleted"
    MEMORY_QUARANTINED = "memory.quarantined"
    MEMORY_APPROVED = "memory.approved"
    MEMORY_REJECTED = "memory.rejected"
    MEMORY_ARCHIVED = "memory.archived"
    MEMORY_RESTORED = "memory.restored"
    MEMORY_PURGED = "memory.purged"
    RETENTION_CHANGED = "retention.changed"
    HOLD_SET = "hold.set"
    HOLD_LIFTED = "hold.lifted"
    USER_ERASED = "user.erased"
    USER_REOPENED = "user.reopened"
    USER_EXPORTED = "user.exported"
    USER_IMPORTED = "user.imported"


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """Something that was done."""

    action: AuditAction
    #: What it was done to: the id of a key, rule or memory; of a user only `target_hash`.
    target: str = ""
    #: Why: the name of a rule or of a reason, never a text of a caller.
    reason: str = ""
    #: To how many things.
    count: int = 1


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An event in its place in the log."""

    #: 1 for a tenant's first.
    sequence: int
    event_time: datetime
    #: Who did it; "" for the service itself.
    principal: str
    action: str
    target: str
    reason: str
    count: int
    #: SHA-256 over the hash before and everything above.
    hash: bytes


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The last entry of a log."""

    sequence: int
    hash: bytes


def chain(
    head: AuditHead, events: Iterable[AuditEvent], principal: str, now: datetime
) -> list[AuditEntry]:
    """Return the entries that come after *head*."""
    entries = []
    sequence, previous = head.sequence, head.hash
    for event in events:
        sequence += 1
        fields = (sequence, now, principal, str(event.action), event.target, event.reason)
        previous = _hash(previous, *fields, event.count)
        entries.append(AuditEntry(*fields, event.count, previous))
    return entries


def first_broken(head: AuditHead, entries: Sequence[AuditEntry]) -> int | None:
    """Return the sequence of the first entry that does not follow from the ones before; None if all do."""
    sequence, previous = head.sequence, head.hash
    for entry in entries:
        sequence += 1
        expected = _hash(
            previous,
            sequence,
            entry.event_time,
            entry.principal,
            entry.action,
            entry.target,
            entry.reason,
            entry.count,
        )
        if entry.sequence != sequence or entry.hash != expected:
            return sequence
        previous = expected
    return None


def target_hash(tenant_id: str, user_id: str, key: bytes) -> str:
    """Return what stands for a user in the log after the user is forgotten; *key* is the installation's."""
    message = json.dumps(["audit", tenant_id, user_id]).encode()
    return hashlib.blake2b(message, key=key, digest_size=16).hexdigest()


def _hash(previous: bytes, sequence: int, event_time: datetime, *rest: str | int) -> bytes:
    fields = [sequence, event_time.astimezone(UTC).isoformat(), *rest]
    return hashlib.sha256(previous + json.dumps(fields).encode()).digest()
