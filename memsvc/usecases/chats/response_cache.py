"""Answers that are kept for a while, to be given again to the same question in the same circumstances.

The key stands for all that an answer depends on, and the caller of `get` and `put` sees to it that what was
recalled is part of it (see `memsvc.core.cache_key`). So nothing has to be dropped when a memory is edited,
deleted or cut off: the key of the next question is another one, and the answer of before is found no more
and goes when its time is over. A user who is erased takes the kept answers along at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from memsvc.core.errors import MemsvcError
from memsvc.core.model import Caller
from memsvc.core.secrets import SecretPolicy, masked
from memsvc.store import response_cache
from memsvc.store.response_cache import CacheCounts, CachedAnswer
from memsvc.usecases.context import Context
from memsvc.usecases.screening import at_leisure

#: A longer answer is not kept; in characters.
TEXT_CHARACTERS_MAX: Final = 200_000
#: Of so many answers that this process keeps for a tenant, one is followed by a look whether the tenant has
#: too many, which costs more the more there may be.
TRIM_EVERY: Final = 50
#: How many answers are dropped in one transaction.
BATCH: Final = 1000
#: Of how many tenants counts may wait to be noted; beyond, they stay behind.
TENANTS_MAX: Final = 10_000


@dataclass(frozen=True, slots=True)
class CacheStats:
    """How a tenant is served by kept answers."""

    #: How long answers are kept; 0 for not at all.
    seconds: float
    answers: int
    text_bytes: int
    answers_max: int
    hits: int
    misses: int


@dataclass(slots=True)
class _Counted:
    """What waits to be noted of a tenant."""

    hits: int = 0
    misses: int = 0


class ResponseCache:
    """Keeps answers, each of one user's.

    Hits and misses are counted in this process until the next flush: a crash loses the last ones.
    """

    def __init__(self, context: Context, seconds: float, answers_max: int = 10_000) -> None:
        """Keep answers for *seconds*, 0 for not at all, and at most about *answers_max* of a tenant."""
        self._context = context
        self._seconds = seconds
        self._answers_max = answers_max
        self._waiting: dict[str, _Counted] = {}
        self._untrimmed: dict[str, int] = {}

    @property
    def is_on(self) -> bool:
        """Whether answers are kept."""
        return self._seconds > 0

    async def get(self, caller: Caller, user_id: str, key: bytes) -> CachedAnswer | None:
        """Return the kept answer, None if there is none or answers are not kept."""
        if not self.is_on:
            return None
        async with self._context.database.transaction(caller) as tx:
            found = await response_cache.use(tx, user_id, key, now=self._context.clock())
        self._count(caller.tenant_id, hit=found is not None)
        return found

    async def put(self, caller: Caller, user_id: str, key: bytes, answer: CachedAnswer) -> None:
        """Keep an answer in place of the one before.

        One that is empty or too long is not kept, nor one with a secret in it where the tenant's policy is
        to let none be stored: masked, it would not be the answer.
        """
        if not self.is_on:
            return
        if not await self._may_be_kept(caller, answer):
            await self.drop(caller, user_id, key)
            return
        now = self._context.clock()
        expire_time = now + timedelta(seconds=self._seconds)
        async with self._context.database.transaction(caller) as tx:
            await response_cache.put(tx, user_id, key, answer, now=now, expire_time=expire_time)
        await self._trim_at_times(caller.tenant_id)

    async def drop(self, caller: Caller, user_id: str, key: bytes) -> None:
        """Give the kept answer no more, if there is one."""
        async with self._context.database.transaction(caller) as tx:
            await response_cache.drop(tx, user_id, key)

    async def _may_be_kept(self, caller: Caller, answer: CachedAnswer) -> bool:
        if not 0 < len(answer.text) <= TEXT_CHARACTERS_MAX:
            return False
        if self._context.trust(caller.tenant_id).secrets not in {
            SecretPolicy.MASK,
            SecretPolicy.BLOCK,
        }:
            return True
        return not (await at_leisure(len(answer.text), lambda: masked(answer.text))).kinds

    async def _trim_at_times(self, tenant_id: str) -> None:
        """Drop the tenant's oldest answers beyond its bound, all users' together."""
        kept = self._untrimmed.get(tenant_id, 0) + 1
        self._untrimmed[tenant_id] = kept % TRIM_EVERY
        if kept < TRIM_EVERY and kept < self._answers_max:
            return
        async with self._context.database.upkeep(tenant_id) as tx:
            await response_cache.trim(tx, answers_max=self._answers_max, limit=BATCH)

    async def stats(self, caller: Caller) -> CacheStats:
        """Return how the caller's tenant is served; a caller that is bound to a user learns of that one."""
        async with self._context.database.transaction(caller) as tx:
            size = await response_cache.size(tx, now=self._context.clock())
            counts = CacheCounts(0, 0) if caller.user_id else await response_cache.counts(tx)
        waiting = _Counted() if caller.user_id else self._waiting.get(caller.tenant_id, _Counted())
        return CacheStats(
            seconds=self._seconds,
            answers=size.answers,
            text_bytes=size.text_bytes,
            answers_max=self._answers_max,
            hits=counts.hit_count + waiting.hits,
            misses=counts.miss_count + waiting.misses,
        )

    async def clear(self, caller: Caller, user_id: str = "") -> int:
        """Drop the answers of a user, of all of the tenant's for ""; return how many."""
        async with self._context.database.transaction(caller) as tx:
            return await response_cache.clear(tx, user_id)

    async def sweep(self) -> int:
        """Drop a batch of answers whose time is over; return how many."""
        async with self._context.database.overview() as tx:
            return await response_cache.sweep(tx, now=self._context.clock(), limit=BATCH)

    async def flush(self) -> int:
        """Note what was counted; return of how many tenants."""
        waiting, self._waiting = self._waiting, {}
        noted = 0
        for tenant_id, counted in waiting.items():
            try:
                async with self._context.database.upkeep(tenant_id) as tx:
                    await response_cache.note(tx, CacheCounts(counted.hits, counted.misses))
            except MemsvcError:
                continue  # counts are no promise
            noted += 1
        return noted

    def _count(self, tenant_id: str, *, hit: bool) -> None:
        if tenant_id not in self._waiting and len(self._waiting) >= TENANTS_MAX:
            return
        counted = self._waiting.setdefault(tenant_id, _Counted())
        if hit:
            counted.hits += 1
        else:
            counted.misses += 1


__all__ = ["CacheStats", "CachedAnswer", "ResponseCache"]
