"""Which calls are served now, which wait a moment, and which are to come back later.

In this order: a tenant's rate, its streams, and the places of calls that run at once. A burst waits for
places; when more comes for longer than can be served, what is beyond its tenant's fair share is turned
away at once, so that what is served is still served quickly.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from memsvc.core.adaptive_limit import AdaptiveLimit
from memsvc.core.costs import Cost, Priority
from memsvc.core.errors import MemsvcError, Overloaded, RateLimited
from memsvc.core.headroom import Headroom
from memsvc.core.token_bucket import TokenBucket
from memsvc.telemetry import SHED

#: For so long after a call was turned away for want of a place, calls beyond the fair share do not wait.
SHEDDING_SECONDS: Final = 1.0
#: A tenant that called within so many seconds counts where places are shared.
ACTIVE_SECONDS: Final = 1.0
#: In a flood so many calls may wait for each that may run.
WAITING_PER_PLACE: Final = 4
#: Up to so many times the limit may run, for tenants that have no call running and had less than others.
NEWCOMERS: Final = 2
#: Each of several tenants may have so many calls running or waiting, however rare places are.
SHARE_MIN: Final = 3
#: Tenants that are remembered; those that have been quiet for longest are forgotten first.
TENANTS_MAX: Final = 10_000
#: When to come back if there is no place, in seconds.
RETRY_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast a tenant's calls may come."""

    #: Units a second on average, and at once; 0 a second for any rate.
    units_per_second: float
    burst: float


@dataclass(frozen=True, slots=True)
class PacingLimits:
    """How much is served at once."""

    #: Calls that run at once: at least, and at most if they do not slow each other down.
    running_min: int = 4
    running_max: int = 64
    #: How many times longer than alone a call may take.
    slowdown_max: float = 2.0
    #: Calls that wait for a place.
    waiting_max: int = 64
    #: Lasting calls of one tenant at once.
    streams_max: int = 100
    #: Whether an Ingest that returns facts waits for a language model.
    extraction_lasts: bool = False


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a tenant's rate after a call."""

    limit: float
    remaining: float
    #: Seconds until all of it is there again.
    reset: float


@dataclass(eq=False, slots=True)
class _Tenant:
    """What a tenant is doing."""

    bucket: TokenBucket | None
    rate: Rate
    running: int = 0
    waiting: int = 0
    lasting: int = 0
    seen: float = 0.0
    #: Calls served, of which those of a second ago count a third.
    served: float = 0.0

    def is_idle(self) -> bool:
        return not (self.running or self.waiting or self.lasting)


@dataclass(eq=False, slots=True)
class _Waiter:
    """A call that waits for a place."""

    tenant: _Tenant
    priority: Priority
    place: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    @property
    def has_place(self) -> bool:
        """Whether it was given a place, and not turned away or given up."""
        return self.place.done() and not self.place.cancelled() and self.place.exception() is None


class Pacing:
    """Decides about the calls of one process."""

    def __init__(self, limits: PacingLimits, rate: Callable[[str], Rate]) -> None:
        """Serve within *limits*; *rate* tells how fast a tenant's calls may come."""
        self.limits = limits
        self._rate = rate
        self._adaptive = AdaptiveLimit(
            limits.running_min, limits.running_max, tolerance=limits.slowdown_max
        )
        self._headroom = Headroom(limits.running_max)
        self._tenants: dict[str, _Tenant] = {}
        self._waiters: list[_Waiter] = []
        self._running = 0
        self._shedding_until = 0.0

    def refusal(self, tenant_id: str, cost: Cost) -> MemsvcError | None:
        """Return what `admitted` would raise for a call right now, None if it may let it in."""
        if cost.priority is Priority.CONTROL:
            return None
        now = asyncio.get_running_loop().time()
        tenant = self._tenant(tenant_id, now)
        if error := self._too_fast(tenant, cost.units, now):
            return error
        if cost.lasting:
            return self._too_many_lasting(tenant)
        return None if self._has_place(tenant, now) else self._too_many_waiting(tenant, now)

    @asynccontextmanager
    async def admitted(
        self, method: str, tenant_id: str, cost: Cost, request_bytes: int
    ) -> AsyncGenerator[Allowance | None]:
        """Serve a call within; yield what is left of the tenant's rate, None if that has no bound.

        Raises RateLimited and Overloaded.
        """
        now = asyncio.get_running_loop().time()
        if cost.priority is Priority.CONTROL:
            yield None
            return
        tenant = self._tenant(tenant_id, now)
        allowance = self._charge(tenant, cost.of(request_bytes), now)
        if cost.lasting:
            with self._counted(tenant):
                yield allowance
            return
        running = await self._place(tenant, cost.priority, now)
        started = asyncio.get_running_loop().time()
        try:
            yield allowance
        finally:
            ended = asyncio.get_running_loop().time()
            self._adaptive.note(method, ended - started, running)
            self._leave(tenant)

    @property
    def running_limit(self) -> int:
        """How many calls may run at once, at the moment."""
        return min(self._adaptive.limit, self._headroom.limit)

    def note_idle(self, share: float) -> None:
        """Learn the share of the last moments, 0 to 1, in which the process had nothing to do."""
        self._headroom.note_idle(share)
        self._fill()
        self._send_back(asyncio.get_running_loop().time())

    async def charge_patiently(self, tenant_id: str, units: float) -> None:
        """Take *units* of the tenant's rate, and wait until they are there: for the parts of a stream."""
        now = asyncio.get_running_loop().time()
        bucket = self._tenant(tenant_id, now).bucket
        if bucket is not None:
            await asyncio.sleep(bucket.owe(units, now))

    def _tenant(self, tenant_id: str, now: float) -> _Tenant:
        tenant = self._tenants.pop(tenant_id, None)
        if tenant is None:
            rate = self._rate(tenant_id)
            bucket = None
            if rate.units_per_second:
                bucket = TokenBucket(rate.units_per_second, rate.burst, now)
            tenant = _Tenant(bucket, rate)
        tenant.served *= math.exp(tenant.seen - now)
        tenant.seen = now
        # Last in the order: the ones that have been quiet for longest come first.
        self._tenants[tenant_id] = tenant
        if len(self._tenants) > TENANTS_MAX:
            oldest = next(iter(self._tenants))
            if self._tenants[oldest].is_idle():
                del self._tenants[oldest]
        return tenant

    def _charge(self, tenant: _Tenant, units: float, now: float) -> Allowance | None:
        if tenant.bucket is None:
            return None
        if error := self._too_fast(tenant, units, now):
            raise error
        tenant.bucket.take(units, now)
        level = tenant.bucket.level(now)
        reset = (tenant.rate.burst - level) / tenant.rate.units_per_second
        return Allowance(tenant.rate.burst, max(level, 0.0), reset)

    def _too_fast(self, tenant: _Tenant, units: float, now: float) -> MemsvcError | None:
        if tenant.bucket is None or not (seconds := tenant.bucket.seconds_until(units, now)):
            return None
        SHED.labels("rate").inc()
        return RateLimited(retry_seconds=seconds, limit="rate")

    def _counted(self, tenant: _Tenant) -> _Lasting:
        if error := self._too_many_lasting(tenant):
            raise error
        return _Lasting(tenant)

    def _too_many_lasting(self, tenant: _Tenant) -> MemsvcError | None:
        if tenant.lasting < self.limits.streams_max:
            return None
        SHED.labels("streams").inc()
        return RateLimited(retry_seconds=RETRY_SECONDS, limit="streams")

    async def _place(self, tenant: _Tenant, priority: Priority, now: float) -> int:
        """Return how many calls run, this one included, when it has its place."""
        if self._has_place(tenant, now):
            return self._enter(tenant)
        if error := self._too_many_waiting(tenant, now):
            raise error
        waiter = _Waiter(tenant, priority)
        self._waiters.append(waiter)
        tenant.waiting += 1
        try:
            await waiter.place
        except asyncio.CancelledError:
            if waiter.has_place:
                # It was given just before the call was given up: pass it on.
                self._leave(tenant)
            elif waiter in self._waiters:
                # Unless it was passed over already, as one that has gone.
                self._waiters.remove(waiter)
            raise
        finally:
            tenant.waiting -= 1
        return self._running

    def _too_many_waiting(self, tenant: _Tenant, now: float) -> MemsvcError | None:
        """Return None if there is room for one more that waits for a place."""
        active, room, waiting = len(self._active(now)), self._room(now), len(self._waiters)
        is_within_share = tenant.running + tenant.waiting < self._share(active)
        if waiting < room and (is_within_share or now >= self._shedding_until):
            return None
        self._shedding_until = now + SHEDDING_SECONDS
        # From now on there is less room.
        if is_within_share and waiting < 2 * self._room(now):
            return None
        SHED.labels("places").inc()
        if active > 1 and not is_within_share:
            return RateLimited(retry_seconds=RETRY_SECONDS, limit="concurrency")
        return Overloaded()

    def _room(self, now: float) -> int:
        """Return how many calls may wait: in a flood no more than are served soon."""
        if now >= self._shedding_until:
            return self.limits.waiting_max
        return min(self.limits.waiting_max, WAITING_PER_PLACE * max(self.running_limit, 1))

    def _send_back(self, now: float) -> None:
        """Turn away who waits behind more calls than are served soon."""
        by_priority = sorted(self._waiters, key=lambda waiter: waiter.priority)
        for waiter in by_priority[2 * self._room(now) :]:
            self._waiters.remove(waiter)
            if not waiter.place.done():
                SHED.labels("places").inc()
                waiter.place.set_exception(Overloaded())

    def _has_place(self, tenant: _Tenant, now: float) -> bool:
        """Return whether a call need not wait: one of a tenant that had less than others does not."""
        if self._running < self.running_limit and not self._waiters:
            return True
        active = self._active(now)
        had = sum(one.served for one in active) / len(active)
        may_pass = not tenant.running and tenant.served < had
        return may_pass and self._running < max(NEWCOMERS * self.running_limit, 1)

    def _share(self, active: int) -> int:
        """Return how many places each of so many active tenants has a right to."""
        return max(SHARE_MIN if active > 1 else 1, self.running_limit // active)

    def _active(self, now: float) -> list[_Tenant]:
        active = []
        for tenant in reversed(self._tenants.values()):
            if now - tenant.seen > ACTIVE_SECONDS:
                break
            active.append(tenant)
        return active

    def _enter(self, tenant: _Tenant) -> int:
        self._running += 1
        tenant.running += 1
        tenant.served += 1
        self._headroom.note_running(self._running)
        return self._running

    def _leave(self, tenant: _Tenant) -> None:
        self._running -= 1
        tenant.running -= 1
        self._fill()

    def _fill(self) -> None:
        """Give the places that are free to those who wait."""
        while self._waiters and self._running < self.running_limit:
            # Who matters most; of these the tenant that has least; of these who came first.
            following = min(self._waiters, key=lambda w: (w.priority, w.tenant.running))
            self._waiters.remove(following)
            if not following.place.done():
                self._enter(following.tenant)
                following.place.set_result(None)


class _Lasting:
    """A lasting call of a tenant, while it goes on."""

    def __init__(self, tenant: _Tenant) -> None:
        self._tenant = tenant

    def __enter__(self) -> None:
        self._tenant.lasting += 1

    def __exit__(self, *_: object) -> None:
        self._tenant.lasting -= 1
