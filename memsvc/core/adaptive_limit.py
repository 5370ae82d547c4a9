"""How many calls run at once: as many as still take about as long as they do alone.

Additive increase, multiplicative decrease (Chiu and Jain, 1989) on the ratio of a call's time to what
such a call takes on an idle server, as in Netflix' concurrency limits: beyond some number of calls at
once, more of them only make each other wait.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

#: So many calls make up a window; then the limit is judged.
WINDOW_CALLS: Final = 40
#: The share of a window's calls that may be slower than tolerated.
SLOW_SHARE: Final = 0.1
DECREASE: Final = 0.85
#: How quickly the estimate of an idle server's time follows, and how slowly it drifts up under load.
FOLLOW: Final = 0.1
DRIFT: Final = 0.002
#: With at most so many calls at once, a server counts as idle.
IDLE_CALLS: Final = 2


class AdaptiveLimit:
    """A limit that follows from how long calls take."""

    def __init__(self, least: int, most: int, *, tolerance: float) -> None:
        """Move between *least* and *most*; a call may take *tolerance* times what it takes alone."""
        self._least = least
        self._most = most
        self._tolerance = tolerance
        self._limit = float(min(most, max(least, WINDOW_CALLS)))
        self._alone: dict[Hashable, float] = {}
        self._calls = 0
        self._slow = 0
        self._reached = False

    @property
    def limit(self) -> int:
        """How many calls may run at once."""
        return int(self._limit)

    def note(self, kind: Hashable, seconds: float, running: int) -> None:
        """Learn from a call of some *kind* that has ended; *running* were under way when it began."""
        alone = self._alone.get(kind)
        self._learn(kind, alone, seconds, idle=running <= IDLE_CALLS)
        self._calls += 1
        self._slow += alone is not None and seconds > alone * self._tolerance
        self._reached |= running >= self.limit
        if self._calls >= WINDOW_CALLS:
            self._judge()

    def _learn(self, kind: Hashable, alone: float | None, seconds: float, *, idle: bool) -> None:
        if alone is None:
            self._alone[kind] = seconds
        elif seconds < alone or idle:
            self._alone[kind] = alone + FOLLOW * (seconds - alone)
        else:
            self._alone[kind] = alone * (1 + DRIFT)

    def _judge(self) -> None:
        if self._slow > SLOW_SHARE * self._calls:
            self._limit = max(self._limit * DECREASE, self._least)
        elif self._reached:
            self._limit = min(self._limit + 1, self._most)
        self._calls = self._slow = 0
        self._reached = False
