"""Answers that are kept to be given again: one typed function a statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from memsvc.store.database import Transaction


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """An answer of a language model."""

    text: str
    #: By the numbers of FinishReason.
    finish_reason: int
    provider: str
    model: str
    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class CacheSize:
    """How much is kept."""

    answers: int
    text_bytes: int


@dataclass(frozen=True, slots=True)
class CacheCounts:
    """How often an answer was there, and how often it was not."""

    hit_count: int
    miss_count: int


async def use(tx: Transaction, user_id: str, key: bytes, *, now: datetime) -> CachedAnswer | None:
    """Return the answer with this key and count its use; None if there is none any more."""
    rows = await tx.all("use_cached_answer", CachedAnswer, user_id=user_id, key=key, now=now)
    return rows[0] if rows else None


async def put(
    tx: Transaction,
    user_id: str,
    key: bytes,
    answer: CachedAnswer,
    *,
    now: datetime,
    expire_time: datetime,
) -> None:
    """Keep an answer until its time is over, in place of one with the same key."""
    await tx.execute(
        "put_cached_answer",
        user_id=user_id,
        key=key,
        text=answer.text,
        finish_reason=answer.finish_reason,
        provider=answer.provider,
        model=answer.model,
        input_tokens=answer.input_tokens,
        output_tokens=answer.output_tokens,
        now=now,
        expire_time=expire_time,
    )


async def drop(tx: Transaction, user_id: str, key: bytes) -> bool:
    """Drop the answer with this key; return whether there was one."""
    return bool(await tx.mapped("drop_cached_answer", dict, user_id=user_id, key=key))


async def trim(tx: Transaction, *, answers_max: int, limit: int) -> int:
    """Drop up to *limit* of the tenant's oldest answers beyond *answers_max*; return how many."""
    rows = await tx.mapped("trim_cached_answers", dict, answers_max=answers_max, limit=limit)
    return len(rows)


async def sweep(tx: Transaction, *, now: datetime, limit: int) -> int:
    """Drop up to *limit* answers whose time is over; return how many; only in an overview."""
    return len(await tx.mapped("sweep_cached_answers", dict, now=now, limit=limit))


async def clear(tx: Transaction, user_id: str) -> int:
    """Drop the answers of a user, of all users for ""; return how many."""
    return len(await tx.mapped("clear_cached_answers", dict, user_id=user_id))


async def size(tx: Transaction, *, now: datetime) -> CacheSize:
    """Return how much is kept of the tenant."""
    return (await tx.all("measure_cached_answers", CacheSize, now=now))[0]


async def counts(tx: Transaction) -> CacheCounts:
    """Return what was counted for the tenant."""
    rows = await tx.all("get_cache_counts", CacheCounts)
    return rows[0] if rows else CacheCounts(0, 0)


async def note(tx: Transaction, counted: CacheCounts) -> None:
    """Add to what was counted for the tenant."""
    await tx.execute(
        "note_cache_counts", hit_count=counted.hit_count, miss_count=counted.miss_count
    )
