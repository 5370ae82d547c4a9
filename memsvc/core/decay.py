"""How age counts."""

from __future__ import annotations

from datetime import datetime, timedelta


def recency(last_time: datetime, now: datetime, half_life: timedelta) -> float:
    """Return 0.5 ^ (age / half-life), in [0, 1]: 1 for now, 1/2 after one half-life.

    A time after *now* counts as now.
    """
    age = max(now - last_time, timedelta(0))
    exponent: float = age / half_life
    return float(0.5**exponent)
