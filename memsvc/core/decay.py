"""How age counts."""

from __future__ import annotations

from datetime import datetime, timedelta

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
