"""Accesses: what was recalled is noted behind the caller's back, so that no Recall waits for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from memsvc.core.errors import MemsvcError
from memsvc.store import profiles
from memsvc.store.profiles import Recalls
from memsvc.usecases.context import Context

#: How many memories may wait for their note; beyond, the counts stay behind.
WAITING_MAX: Final = 50_000
#: How many are noted in one transaction.
BATCH: Final = 1000


class Accesses:
    """Counts how often memories are recalled.

    The counts are kept in this process until the next flush: a crash loses the last ones.
    """

    def __init__(self, context: Context) -> None:
        """Note accesses in the database of *context*."""
        self._context = context
        self._waiting: dict[tuple[str, UUID], Recalls] = {}

    def note(self, tenant_id: str, memory_ids: Iterable[UUID]) -> None:
        """Note that memories of a tenant were recalled now."""
        now = self._context.clock()
        for memory_id in memory_ids:
            before = self._waiting.get((tenant_id, memory_id))
            if before is None and len(self._waiting) >= WAITING_MAX:
                continue
            self._waiting[tenant_id, memory_id] = Recalls((before.times if before else 0) + 1, now)

    async def flush(self) -> int:
        """Store what was noted; return how many memories that were."""
        waiting, self._waiting = self._waiting, {}
        by_tenant: dict[str, dict[UUID, Recalls]] = {}
        for (tenant_id, memory_id), recall in waiting.items():
            by_tenant.setdefault(tenant_id, {})[memory_id] = recall
        stored = 0
        for tenant_id, recalls in by_tenant.items():
            stored += await self._store(tenant_id, recalls)
        return stored

    async def _store(self, tenant_id: str, recalls: dict[UUID, Recalls]) -> int:
        ids = list(recalls)
        for start in range(0, len(ids), BATCH):
            batch = {memory_id: recalls[memory_id] for memory_id in ids[start : start + BATCH]}
            try:
                async with self._context.database.upkeep(tenant_id) as tx:
                    await profiles.touch(tx, batch)
            except MemsvcError:
                return start  # counts are no promise
        return len(ids)
