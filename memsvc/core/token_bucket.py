"""How fast calls may come: a bucket that fills at a steady rate and is emptied by what calls cost.

(Turner, "New directions in communications", 1986.)
"""

from __future__ import annotations


class TokenBucket:
    """Allows *burst* units at once and *rate* units a second on average."""

    __slots__ = ("_burst", "_level", "_rate", "_updated")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        """Begin full; *rate* and *burst* are above 0, *now* in seconds of any steady clock."""
        self._rate = rate
        self._burst = burst
        self._level = burst
        self._updated = now

    def take(self, units: float, now: float) -> float:
        """Take *units* and return 0, or take nothing and return the seconds until they are there.

        What costs more than the whole bucket is taken from a full one.
        """
        if seconds := self.seconds_until(units, now):
            return seconds
        self._level = self.level(now) - units
        self._updated = max(self._updated, now)
        return 0.0

    def seconds_until(self, units: float, now: float) -> float:
        """Return the seconds until *units* can be taken, 0 for now."""
        missing = min(units, self._burst) - self.level(now)
        return max(missing, 0.0) / self._rate

    def owe(self, units: float, now: float) -> float:
        """Take *units*, also those that are not there, and return the seconds until none is missing."""
        self._level = self.level(now) - units
        self._updated = max(self._updated, now)
        return max(-self._level, 0.0) / self._rate

    def level(self, now: float) -> float:
        """Return how many units are there."""
        elapsed = max(now - self._updated, 0.0)
        return min(self._level + elapsed * self._rate, self._burst)
