"""When API keys were last used: noted behind the callers' backs, at most once a minute a key."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from cachetools import LRUCache

from memsvc.core.errors import MemsvcError
from memsvc.store import api_keys
from memsvc.usecases.context import Context

#: How old a note has to be before there is another one.
NOTE_EVERY: Final = timedelta(minutes=1)
#: How many keys are remembered: of others a use may be noted more often.
KEYS_MAX: Final = 10_000


class KeyUses:
    """Keeps what is to be noted in this process until the next flush: a crash loses the last of it."""

    def __init__(self, context: Context) -> None:
        """Note uses in the database of *context*."""
        self._context = context
        self._noted: LRUCache[tuple[str, str], datetime] = LRUCache(KEYS_MAX)
        self._waiting: dict[str, dict[str, datetime]] = {}

    def note(self, tenant_id: str, key_id: str) -> None:
        """Note that a key of a tenant was used now."""
        now = self._context.clock()
        before = self._noted.get((tenant_id, key_id))
        if before is None or now - before >= NOTE_EVERY:
            self._noted[tenant_id, key_id] = now
            self._waiting.setdefault(tenant_id, {})[key_id] = now

    async def flush(self) -> int:
        """Store what was noted; return how many keys that were."""
        waiting, self._waiting = self._waiting, {}
        stored = 0
        for tenant_id, used in waiting.items():
            try:
                async with self._context.database.upkeep(tenant_id) as tx:
                    await api_keys.touch(tx, used)
            except MemsvcError:
                continue  # a note is no promise
            stored += len(used)
        return stored
