"""How age counts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray


def recency(
    last_times: NDArray[np.float64], now: datetime, half_life: timedelta
) -> NDArray[np.float64]:
    """Return 0.5 ^ (age / half-life), in [0, 1]: 1 for now, 1/2 after one half-life.

    *last_times* are in seconds since 1970; one after *now* counts as now.
    """
    ages = np.maximum(now.timestamp() - last_times, 0.0)
    share: NDArray[np.float64] = 0.5 ** (ages / half_life.total_seconds())
    return share


#: A fact that nobody has said again for so many days begins to fade, by this factor a day, down to
#: this confidence. From Mémoire; there the factor is applied again at every run.
FADE_AFTER_DAYS: Final = 30
FADE_FACTOR: Final = 0.9
FADE_FLOOR: Final = 0.1


def faded(stated: float, refresh_time: datetime, now: datetime) -> float:
    """Return the confidence, 0 to 1, of a fact that was last said at *refresh_time*.

    stated * FADE_FACTOR ^ (whole days since - FADE_AFTER_DAYS), at least FADE_FLOOR unless it was
    stated less surely, and as stated before that. decay_facts.sql is the same for many.
    """
    days = (now - refresh_time).days - FADE_AFTER_DAYS
    if days <= 0:
        return stated
    return max(min(stated, FADE_FLOOR), stated * FADE_FACTOR**days)
