"""Upkeep: what the service tidies up by itself, in small batches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from memsvc.store import accounts, replies
from memsvc.usecases.chats.response_cache import ResponseCache
from memsvc.usecases.context import Context
from memsvc.usecases.quotas import Quotas
from memsvc.usecases.users.erasing import Erasing

#: How many rows are deleted in one transaction.
BATCH: Final = 1000


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Keeps tables from growing without end."""

    context: Context
    erasing: Erasing
    quotas: Quotas
    response_cache: ResponseCache

    async def finish_erasures(self) -> int:
        """Go on with erasures that have rows left; return how many."""
        return await self.erasing.finish()

    async def measure_users(self) -> int:
        """Take the measure of users who were there before anybody counted; return of how many."""
        return await self.quotas.measure()

    async def sweep_replies(self) -> int:
        """Delete stored replies whose 48 hours are over; return how many."""
        async with self.context.database.overview() as tx:
            return await replies.sweep(tx, now=self.context.clock(), limit=BATCH)

    async def sweep_sessions(self) -> int:
        """Delete sessions and invitations of accounts whose time is over; return how many."""
        async with self.context.database.overview() as tx:
            return await accounts.sweep(tx, now=self.context.clock(), limit=BATCH)

    async def sweep_answers(self) -> int:
        """Drop kept answers whose time is over; return how many."""
        return await self.response_cache.sweep()
