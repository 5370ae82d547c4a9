"""Waiting for a condition instead of for a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


def until(condition: Callable[[], Result], seconds: float = 15.0) -> Result:
    """Return the first true value of *condition*; fail if there is none in time."""
    give_up = time.monotonic() + seconds
    pause = threading.Event()
    while not (value := condition()):
        assert time.monotonic() < give_up, "the condition did not come true in time"
        pause.wait(0.02)
    return value
