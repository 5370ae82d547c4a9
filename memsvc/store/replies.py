"""Replies of calls with a request_id, and what all processes of an installation share."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from memsvc.core.model import RequestKey
from memsvc.store.database import Transaction


@dataclass(frozen=True, slots=True)
class StoredReply:
    """What a call with the same request_id was, and what it was answered."""

    fingerprint: bytes
    #: None while the first call is still at work.
    response: bytes | None


async def claim(tx: Transaction, key: RequestKey, *, now: datetime) -> bool:
    """Return whether this transaction is the one that does the work.

    Waits for another transaction that is at it.
    """
    rows = await tx.mapped(
        "claim_request",
        dict,
        rpc=rpc_name(tx, key.rpc),
        request_id=key.request_id,
        user_id=key.user_id,
        fingerprint=key.fingerprint,
        now=now,
    )
    return bool(rows)


async def get(tx: Transaction, rpc: str, request_id: str, *, now: datetime) -> StoredReply | None:
    """Return the stored reply, None if there is none."""
    rows = await tx.all(
        "get_reply", StoredReply, rpc=rpc_name(tx, rpc), request_id=request_id, now=now
    )
    return rows[0] if rows else None


async def store(tx: Transaction, key: RequestKey, user_id: str, response: bytes) -> None:
    """Store the *response*, to be deleted with the user's other data."""
    await tx.execute(
        "store_reply",
        rpc=rpc_name(tx, key.rpc),
        request_id=key.request_id,
        user_id=user_id,
        response=response,
    )


def rpc_name(tx: Transaction, rpc: str) -> str:
    """Return under which name replies are kept: a caller that is bound to a user has request_ids of its own.

    Otherwise it would learn which ones others use.
    """
    return f"{rpc} of {tx.user_id}" if tx.user_id else rpc


async def sweep(tx: Transaction, *, now: datetime, limit: int) -> int:
    """Delete up to *limit* replies whose time is over; return how many; only in an overview."""
    return len(await tx.mapped("sweep_replies", dict, now=now, limit=limit))


async def revision(tx: Transaction) -> int:
    """Return the number of this transaction, which stands for the state that it makes."""
    rows = await tx.mapped("get_revision", dict)
    return int(rows[0]["revision"])


async def is_visible(tx: Transaction, revision_number: int) -> bool:
    """Return whether this transaction sees the state *revision_number*."""
    rows = await tx.mapped("is_revision_visible", dict, revision=revision_number)
    return bool(rows[0]["visible"])


async def secret_key(tx: Transaction, *, now: datetime) -> bytes:
    """Return the installation's secret, made on first use."""
    await tx.execute("insert_installation", secret_key=secrets.token_bytes(32), now=now)
    rows = await tx.mapped("get_installation", dict)
    return bytes(rows[0]["secret_key"])
