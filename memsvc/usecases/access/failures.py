"""How often each address has failed to prove who it is."""

from __future__ import annotations

import asyncio
from typing import Final

from cachetools import LRUCache

from memsvc.core.errors import TooManyFailures
from memsvc.core.peer_limits import Bucket, FailureLimit, is_exhausted, spent
from memsvc.telemetry import AUTH_FAILURES
from memsvc.usecases.access.finding import Flaw

#: How many addresses are remembered.
PEERS_MAX: Final = 20_000


class Failures:
    """Counts failed authentications, and holds back addresses with too many of them."""

    def __init__(self, limit: FailureLimit) -> None:
        """Let as many pass as *limit* says."""
        self._limit = limit
        self._buckets: LRUCache[str, Bucket] = LRUCache(PEERS_MAX)

    def admit(self, peer: str) -> None:
        """Raise TooManyFailures if the address has to wait before anything more of it is looked at."""
        now = asyncio.get_running_loop().time()
        if is_exhausted(self._buckets.get(peer), self._limit, now):
            AUTH_FAILURES.labels(Flaw.LIMITED).inc()
            raise TooManyFailures

    def note(self, peer: str, flaw: Flaw) -> None:
        """Note a failure. A call without any credential is no attempt at one."""
        AUTH_FAILURES.labels(flaw).inc()
        if flaw is not Flaw.MISSING:
            now = asyncio.get_running_loop().time()
            self._buckets[peer] = spent(self._buckets.get(peer), self._limit, now)
