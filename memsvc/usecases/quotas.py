"""How much a tenant may keep and use.

What is kept is added up every few seconds, by each process for itself, and what the process has stored
since counts as well: several processes together may exceed a quota by what they store in that time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from memsvc.core.errors import MemsvcError, QuotaExceeded
from memsvc.core.model import Caller
from memsvc.providers.metering import metered
from memsvc.store import usage
from memsvc.store.usage import ModelUsage
from memsvc.telemetry import log
from memsvc.usecases.context import Context
from memsvc.usecases.once import Once, Replay

#: For so long what was added up counts, in seconds.
FRESH_SECONDS: Final = 5.0
#: Tenants whose sums are remembered.
TENANTS_MAX: Final = 10_000
#: Users that one pass of the worker measures.
MEASURED_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class QuotaLimits:
    """What a tenant may keep and use; 0 for any amount."""

    memories: int = 0
    memory_bytes: int = 0
    model_tokens_per_day: int = 0
    #: In millionths of the currency of the prices.
    model_cost_micros_per_day: int = 0


@dataclass(frozen=True, slots=True)
class Quota:
    """How much of something is used."""

    name: str
    used: int
    limit: int
    #: When the use starts from nothing again; None if it never does.
    reset_time: datetime | None = None


@dataclass(slots=True)
class _Sum:
    """What a tenant keeps, as far as this process knows."""

    memories: int
    bytes: int
    taken: float


@dataclass(frozen=True, slots=True)
class Quotas:
    """The quotas of all tenants."""

    context: Context
    limits: Callable[[str], QuotaLimits]
    _sums: dict[str, _Sum] = field(default_factory=dict)

    async def make_room(self, caller: Caller, memories: int, size: int) -> None:
        """Raise QuotaExceeded unless so many memories more, whose texts take *size* bytes, may be kept."""
        limits = self.limits(caller.tenant_id)
        if not (limits.memories or limits.memory_bytes):
            return
        known = await self._sum(caller)
        wanted = (
            ("memories", limits.memories, known.memories + memories),
            ("memory_bytes", limits.memory_bytes, known.bytes + size),
        )
        for name, limit, used in wanted:
            if limit and used > limit:
                raise QuotaExceeded(quota=name)
        known.memories += memories
        known.bytes += size

    async def room_or_reply(
        self, caller: Caller, once: Once[Any], memories: int, size: int
    ) -> Replay | None:
        """Return None if there is room, as make_room does, or the reply that the same request had before.

        A retry is told what was stored, although there is room for nothing more by now. Raises
        QuotaExceeded and RequestIdReused.
        """
        try:
            await self.make_room(caller, memories, size)
        except QuotaExceeded:
            async with self.context.database.transaction(caller) as tx:
                replay = await once.told(tx, self.context.clock())
            if replay is None:
                raise
            return replay
        return None

    async def _sum(self, caller: Caller) -> _Sum:
        now = asyncio.get_running_loop().time()
        known = self._sums.get(caller.tenant_id)
        if known is None or now - known.taken > FRESH_SECONDS:
            async with self.context.database.transaction(_of_all_users(caller)) as tx:
                kept = await usage.stored(tx)
            known = _Sum(kept.memories, kept.bytes, now)
            if len(self._sums) >= TENANTS_MAX:
                self._sums.clear()
            self._sums[caller.tenant_id] = known
        return known

    @asynccontextmanager
    async def spending(self, caller: Caller) -> AsyncGenerator[None]:
        """Let language models be asked within, and note what they take.

        Raises QuotaExceeded if the tenant's tokens of the day are used up; a call that was begun before
        may go beyond.
        """
        now = self.context.clock()
        limits = self.limits(caller.tenant_id)
        if limits.model_tokens_per_day or limits.model_cost_micros_per_day:
            used = await self._of_models(caller, now)
            for name, taken, limit in (
                ("model_tokens_per_day", used.tokens, limits.model_tokens_per_day),
                ("model_cost_micros_per_day", used.cost_micros, limits.model_cost_micros_per_day),
            ):
                if limit and taken >= limit:
                    seconds = (_midnight(now) - now).total_seconds()
                    raise QuotaExceeded(quota=name, retry_seconds=seconds)
        with metered() as meter:
            try:
                yield
            finally:
                if meter.tokens or meter.cost_micros:
                    more = ModelUsage(meter.tokens, meter.cost_micros)
                    async with self.context.database.upkeep(caller.tenant_id) as tx:
                        await usage.note_models(tx, now.date(), more)

    async def _of_models(self, caller: Caller, now: datetime) -> ModelUsage:
        async with self.context.database.transaction(caller) as tx:
            return await usage.of_models(tx, now.date())

    async def show(self, caller: Caller) -> list[Quota]:
        """Return all quotas of the caller's tenant."""
        now = self.context.clock()
        limits = self.limits(caller.tenant_id)
        midnight = _midnight(now)
        async with self.context.database.transaction(_of_all_users(caller)) as tx:
            kept = await usage.stored(tx)
            taken = await usage.of_models(tx, now.date())
        return [
            Quota("memories", kept.memories, limits.memories),
            Quota("memory_bytes", kept.bytes, limits.memory_bytes),
            Quota("model_tokens_per_day", taken.tokens, limits.model_tokens_per_day, midnight),
            Quota(
                "model_cost_micros_per_day",
                taken.cost_micros,
                limits.model_cost_micros_per_day,
                midnight,
            ),
        ]

    async def measure(self) -> int:
        """Take the measure of users who were there before anybody counted; return of how many."""
        async with self.context.database.overview() as tx:
            users = await usage.unmeasured(tx, limit=MEASURED_MAX)
        measured = 0
        for user in users:
            try:
                async with self.context.database.upkeep(user.tenant_id) as tx:
                    await usage.measure(tx, user.user_id)
            except MemsvcError as error:
                log.warning("user_not_measured", error=type(error).__name__)
            else:
                measured += 1
        return measured


def _of_all_users(caller: Caller) -> Caller:
    """Return the caller without its binding: a quota is the tenant's, whoever uses it up."""
    return replace(caller, user_id="")


def _midnight(now: datetime) -> datetime:
    """Return when the day (UTC) ends."""
    return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
