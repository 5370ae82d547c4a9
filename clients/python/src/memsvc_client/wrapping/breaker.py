"""A breaker: who has failed several times in a row is not waited for, until it is found to be well again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from enum import Enum
from typing import Final

#: The longest rest between two tries, in seconds.
REST_SECONDS_MAX: Final = 60.0


class Way(Enum):
    """What is to be done now."""

    #: Ask, and wait for the answer.
    ASK = "ask"
    #: Ask, to find out whether there is an answer, but do not wait for it.
    PROBE = "probe"
    #: Do not ask.
    SKIP = "skip"


class Breaker:
    """Keeps count of failures; for any threads."""

    def __init__(
        self,
        failures_max: int,
        rest_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Skip after *failures_max* failures in a row, and probe after *rest_seconds* for the first time."""
        self._failures_max = failures_max
        self._rest_seconds = rest_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._rest = rest_seconds
        self._until: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether answers are not waited for."""
        return self._until is not None

    def way(self) -> Way:
        """Return what is to be done; of several callers at once one is to probe."""
        with self._lock:
            if self._until is None:
                return Way.ASK
            now = self._clock()
            if now < self._until:
                return Way.SKIP
            self._until = now + self._rest
            return Way.PROBE

    def note_success(self) -> None:
        """Note that there was an answer in time."""
        with self._lock:
            self._failures, self._rest, self._until = 0, self._rest_seconds, None

    def note_failure(self, *, probed: bool = False) -> None:
        """Note that there was none, if *probed* for who was to find out."""
        with self._lock:
            self._failures += 1
            if probed:
                self._rest = min(self._rest * 2, REST_SECONDS_MAX)
            elif self._until is not None or self._failures < self._failures_max:
                # Others that had asked before it opened say nothing new.
                return
            self._until = self._clock() + self._rest
