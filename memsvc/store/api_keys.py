"""API keys: one typed function a statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from memsvc.core.api_keys import ApiKey
from memsvc.store.database import Transaction


@dataclass(frozen=True, slots=True)
class KeptKey:
    """What tells whether a key that is presented is the one that was given out, and what it opens."""

    tenant_id: str
    user_id: str
    scopes: list[str]
    secret_hmac: bytes
    pepper_version: int
    expire_time: datetime | None
    revoke_time: datetime | None


@dataclass(frozen=True, slots=True)
class SecretHash:
    """What is kept of a secret."""

    secret_hmac: bytes
    #: Which pepper made it.
    pepper_version: int


async def find(tx: Transaction, key_id: str) -> KeptKey | None:
    """Return the key with this id, None if there is none; only where it was presented."""
    rows = await tx.all("find_api_key", KeptKey, key_id=key_id)
    return rows[0] if rows else None


async def insert(tx: Transaction, key: ApiKey, secret: SecretHash) -> None:
    """Store a new key."""
    await tx.execute(
        "insert_api_key",
        key_id=key.key_id,
        key_name=key.name,
        secret_hmac=secret.secret_hmac,
        pepper_version=secret.pepper_version,
        scopes=key.scopes,
        user_id=key.user_id,
        create_time=key.create_time,
        created_by=key.created_by,
        expire_time=key.expire_time,
        replaces=key.replaces,
    )


async def lock(tx: Transaction, key_id: str) -> ApiKey | None:
    """Return a key, which nobody else changes until the transaction ends; None if there is none."""
    rows = await tx.all("lock_api_key", ApiKey, key_id=key_id)
    return rows[0] if rows else None


async def page(tx: Transaction, *, after: tuple[datetime, str] | None, limit: int) -> list[ApiKey]:
    """Return keys, the newest first, from *after* on."""
    return await tx.all(
        "list_api_keys",
        ApiKey,
        after_create_time=after and after[0],
        after_id=after and after[1],
        limit=limit,
    )


async def set_end(tx: Transaction, key: ApiKey) -> None:
    """Store until when a key is good."""
    await tx.execute(
        "set_api_key_end",
        key_id=key.key_id,
        expire_time=key.expire_time,
        revoke_time=key.revoke_time,
    )


async def delete(tx: Transaction, key_id: str) -> None:
    """Delete a key."""
    await tx.execute("delete_api_key", key_id=key_id)


async def touch(tx: Transaction, used: Mapping[str, datetime]) -> None:
    """Store when keys were used, unless a note of the last minute is there."""
    await tx.execute("touch_api_keys", key_ids=list(used), used_times=list(used.values()))
