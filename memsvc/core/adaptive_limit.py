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
#: It begins at so many times the least: a burst before anything was learnt is no flood.
START: Final = 4
#: The share of a window's calls that may be slower than tolerated.
SLOW_SHARE: Final = 0.1
DECREASE: Final = 0.85
#: How quickly the estimate of an idle server's time follows.
FOLLOW: Final = 0.1
#: With at most so many calls at once, a server counts as idle.
IDLE_CALLS: Final = 2
#: After so many full windows without an idle moment one is made, of so many calls: a server that is always
#: full would not notice that calls have become dearer for another reason than their number.
PROBE_WINDOWS: Final = 50
PROBE_CALLS: Final = 20


class AdaptiveLimit:
    """A limit that follows from how long calls take."""

    def __init__(self, least: int, most: int, *, tolerance: float) -> None:
        """Move between *least* and *most*; a call may take *tolerance* times what it takes alone."""
        self._least = least
        self._most = most
        self._tolerance = tolerance
        self._limit = float(min(START * least, most))
        self._alone: dict[Hashable, float] = {}
        self._calls = 0
        self._slow = 0
        self._reached = False
        #: Full windows since a call ran alone, and calls that are still to run so.
        self._busy_windows = 0
        self._probes = 0

    @property
    def limit(self) -> int:
        """How many calls may run at once."""
        return min(IDLE_CALLS, self._most) if self._probes else int(self._limit)

    def note(self, kind: Hashable, seconds: float, running: int) -> None:
        """Learn from a call of some *kind* that has ended; *running* were under way when it began."""
        idle = running <= IDLE_CALLS
        alone = self._alone.get(kind, seconds)
        if idle or seconds < alone:
            alone += FOLLOW * (seconds - alone)
        self._alone[kind] = alone
        if idle:
            self._busy_windows = 0
            self._probes = max(self._probes - 1, 0)
        self._calls += 1
        self._slow += seconds > alone * self._tolerance
        self._reached |= running >= int(self._limit)
        if self._calls >= WINDOW_CALLS:
            self._judge()

    def _judge(self) -> None:
        self._busy_windows += self._reached
        if self._slow > SLOW_SHARE * self._calls:
            self._limit = max(self._limit * DECREASE, self._least)
        elif self._reached:
            self._limit = min(self._limit + 1, self._most)
        self._calls = self._slow = 0
        self._reached = False
        if self._busy_windows > PROBE_WINDOWS and not self._probes:
            self._probes = PROBE_CALLS
