"""Forgetting users: one typed function a statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from memsvc.core.erasure import Erasure
from memsvc.core.jobs import user_lock
from memsvc.store.database import Transaction


@dataclass(frozen=True, slots=True)
class UnfinishedErasure:
    """Of whom rows are still to be removed."""

    tenant_id: str
    user_id: str


async def hold(tx: Transaction, user_id: str) -> None:
    """Wait for those who write for the user, and keep others from it until the transaction ends."""
    await tx.execute("hold_user_to_erase", user_id=user_id)


async def hash_of(tx: Transaction, user_id: str) -> bytes:
    """Return what stands for the user where the id must not."""
    rows = await tx.mapped("get_user_hash", dict, user_id=user_id)
    return bytes(rows[0]["user_hash"])


async def insert(tx: Transaction, user_id: str, *, audit_sequence: int, now: datetime) -> None:
    """Note that the user is erased: from the commit on nobody writes or sees anything of the user."""
    await tx.execute("insert_erased_user", user_id=user_id, audit_sequence=audit_sequence, now=now)


async def get(tx: Transaction, user_id: str) -> Erasure | None:
    """Return how far the user is forgotten, None for one who was not erased; nobody else changes it."""
    rows = await tx.mapped("get_erased_user", _erasure, user_id=user_id)
    return rows[0] if rows else None


async def remove_rows(tx: Transaction, user_id: str, *, rows_max: int) -> dict[str, int]:
    """Remove up to *rows_max* rows of the user from each table; return how many, by table.

    Something is left if one of them is *rows_max*.
    """
    rows = await tx.mapped("erase_user_rows", dict, user_id=user_id, rows_max=rows_max)
    lock = user_lock(tx.tenant_id, user_id)
    await tx.execute("drop_user_tickets", lock=lock, tenant=tx.tenant_id)
    return {row["table_name"]: row["row_count"] for row in rows}


async def note(
    tx: Transaction, user_id: str, removed: Mapping[str, int], *, complete: bool, now: datetime
) -> None:
    """Note what was removed, and whether that was all."""
    await tx.execute(
        "note_erased_rows",
        user_id=user_id,
        removed=Jsonb(dict(removed)),
        complete=complete,
        now=now,
    )


async def unfinished(tx: Transaction, *, limit: int) -> list[UnfinishedErasure]:
    """Return of whom rows are still to be removed, whosesoever they are; only in an overview."""
    return await tx.all("list_unfinished_erasures", UnfinishedErasure, limit=limit)


async def reopen(tx: Transaction, user_id: str) -> bytes | None:
    """Let the user be written for again; return what stood for the user, None if nothing did."""
    rows = await tx.mapped("reopen_user", dict, user_id=user_id)
    return bytes(rows[0]["user_hash"]) if rows else None


def _erasure(values: dict[str, Any]) -> Erasure:
    values["user_hash"] = bytes(values["user_hash"])
    return Erasure(**values)
