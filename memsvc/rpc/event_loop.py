"""An event loop that knows how long it had nothing to do."""

from __future__ import annotations

import asyncio
import selectors
import time
from typing import Any


class _Selector(selectors.DefaultSelector):
    """Waits for what happens, and adds up how long it waited."""

    idle_seconds = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, Any]]:
        began = time.perf_counter()
        try:
            return super().select(timeout)
        finally:
            self.idle_seconds += time.perf_counter() - began


class MeasuredLoop(asyncio.SelectorEventLoop):
    """Python's own event loop, which tells its idle time."""

    def __init__(self) -> None:
        """Begin with no idle time."""
        self._waiting = _Selector()
        super().__init__(self._waiting)

    @property
    def idle_seconds(self) -> float:
        """For how long it has had nothing to do since it began."""
        return self._waiting.idle_seconds
