"""How many calls run at once, so that the process that serves them keeps a little time to spare.

A process without idle moments cannot even take calls in: they queue where nobody sees them, and the ones
to be refused wait longest. So the limit follows the share of time in which the process had nothing to do:
additive increase, multiplicative decrease (Chiu and Jain, 1989).
"""

from __future__ import annotations

from typing import Final

#: Less than this share of idle time is too little, and more than that allows one call more.
IDLE_MIN: Final = 0.2
IDLE_ENOUGH: Final = 0.3
DECREASE: Final = 0.5
#: Below that even one call at a time is too much: others queue already, unseen.
IDLE_LEAST: Final = 0.12
#: What it begins with, before anything was learnt.
START: Final = 8


class Headroom:
    """A limit that follows from how idle the process is."""

    def __init__(self, most: int) -> None:
        """Allow up to *most* calls, and none for a moment at worst."""
        self._most = most
        self._limit = float(min(START, most))
        self._reached = False

    @property
    def limit(self) -> int:
        """How many calls may run at once."""
        return int(self._limit)

    def note_running(self, running: int) -> None:
        """Learn that so many calls run at the moment."""
        self._reached |= running >= self.limit

    def note_idle(self, share: float) -> None:
        """Learn the share of the last moments, 0 to 1, in which there was nothing to do."""
        if share < IDLE_MIN:
            fewer = max(self._limit * DECREASE, 1.0)
            # After a rest always one call: whatever else takes the time, something is served.
            rests = share < IDLE_LEAST and self._limit == 1
            self._limit = 0.0 if rests else fewer
        elif self._limit < 1 or (share > IDLE_ENOUGH and self._reached):
            self._limit = min(self._limit + 1, self._most)
        self._reached = False
