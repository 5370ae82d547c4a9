"""What a wrapped client counts."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class WrapStats:
    """What a wrapped client did so far.

    Attributes:
        calls: Calls that went to the provider through the wrapper.
        recalls: Those for which memories came in time, if there were any.
        contexts: Those that were given memories.
        recalls_failed: Those for which none came in time.
        recalls_skipped: Those that did not ask, since several before had failed.
        faults: Those that were passed on as they were for a fault of the wrapper itself.
        turns_queued: Turns that were to be stored.
        turns_stored: Those that are.
        turns_dropped: Those that were given up since too many waited.
        turns_failed: Those that the server would not take.
        wait_seconds: How long all calls together waited for memories.
        wait_seconds_max: How long one waited at most.

    """

    calls: int = 0
    recalls: int = 0
    contexts: int = 0
    recalls_failed: int = 0
    recalls_skipped: int = 0
    faults: int = 0
    turns_queued: int = 0
    turns_stored: int = 0
    turns_dropped: int = 0
    turns_failed: int = 0
    wait_seconds: float = 0.0
    wait_seconds_max: float = 0.0


class Counter:
    """Counts, for any threads."""

    def __init__(self) -> None:
        """Begin with nothing."""
        # It may be entered twice, see Writer.
        self._lock = threading.RLock()
        self._stats = WrapStats()

    def add(self, name: str) -> None:
        """Count one more."""
        with self._lock:
            self._stats = replace(self._stats, **{name: getattr(self._stats, name) + 1})

    def waited(self, seconds: float) -> None:
        """Note how long a call waited."""
        with self._lock:
            self._stats = replace(
                self._stats,
                wait_seconds=self._stats.wait_seconds + seconds,
                wait_seconds_max=max(self._stats.wait_seconds_max, seconds),
            )

    @property
    def stats(self) -> WrapStats:
        """What was counted so far."""
        return self._stats
