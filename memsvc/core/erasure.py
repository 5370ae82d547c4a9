"""How far a user is forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Erasure:
    """How far a user is forgotten."""

    #: What stands for the user.
    user_hash: bytes
    erase_time: datetime
    #: When the last row was removed, and when the tables were rewritten since; None before.
    purge_time: datetime | None
    compact_time: datetime | None
    #: How many rows were removed, by table.
    removed: Mapping[str, int]
    audit_sequence: int
