"""What protects a provider that is in trouble, and us from waiting for it.

Both classes belong to one event loop: nothing here may be called from another thread.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Final

from memsvc.providers.model_errors import ModelBusy

#: So many failures in a row open a breaker, for so many seconds.
FAILURES_MAX: Final = 5
PAUSE_SECONDS: Final = 30.0
#: After so many successes one more call at a time is allowed.
SUCCESSES_PER_STEP: Final = 10


class CircuitBreaker:
    """Lets no call through for a while after too many failures in a row.

    Closed: every call goes through. Open: none does. Half-open, once the pause is over: one does,
    the probe; its success closes the breaker, its failure begins another pause.

    Each call that `admit` lets through is followed by exactly one of `succeeded`, `failed` and
    `released`, with the number that `admit` gave; before it, `begun` may tell that an answer is coming.
    """

    def __init__(
        self,
        failures_max: int = FAILURES_MAX,
        pause_seconds: float = PAUSE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Open after *failures_max* failures (from 1), for *pause_seconds* of the *clock*."""
        self._failures_max = failures_max
        self._pause_seconds = pause_seconds
        self._clock = clock
        self._failures = 0
        #: When the pause is over; None while closed.
        self._pause_ends: float | None = None
        self._probing = False
        #: Grows with each change of state: what a call of an earlier state brings is old news.
        self._era = 0

    @property
    def is_open(self) -> bool:
        """Whether a call would be turned away now; during a probe it would."""
        if self._pause_ends is None:
            return False
        return self._probing or self._clock() < self._pause_ends

    def admit(self) -> int | None:
        """Return a number to report the call's end with, or None: the call must not be made."""
        if self.is_open:
            return None
        if self._pause_ends is not None:
            self._probing = True
            self._era += 1
        return self._era

    def begun(self, era: int) -> None:
        """Take note that the provider begins to answer; of a probe this is enough to know."""
        if self._probing:
            self.succeeded(era)

    def succeeded(self, era: int) -> None:
        """Take note that the provider answered the call that was admitted with *era*."""
        if era == self._era:
            self._failures = 0
            self._pause_ends = None
            self._probing = False

    def failed(self, era: int) -> None:
        """Take note that the provider failed."""
        if era != self._era:
            return
        self._failures += 1
        if self._probing or self._failures >= self._failures_max:
            self._failures = 0
            self._pause_ends = self._clock() + self._pause_seconds
            self._probing = False
            self._era += 1

    def released(self, era: int) -> None:
        """Take note that the call tells nothing about the provider: it was given up, say."""
        if era == self._era:
            self._probing = False


class AdaptiveLimit:
    """A limit of simultaneous calls that gives way when the provider says that it is too much."""

    def __init__(self, calls_max: int) -> None:
        """Allow at most *calls_max* calls at once (from 1)."""
        self._calls_max = calls_max
        self._allowed = calls_max
        self._running = 0
        self._successes = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def allowed(self) -> int:
        """How many calls may run at once now; 1 to the limit it was made with."""
        return self._allowed

    @asynccontextmanager
    async def slot(self, seconds: float) -> AsyncGenerator[None]:
        """Take a place for what is done within; first come, first served.

        Raises ModelBusy if there is none within *seconds*.
        """
        try:
            async with asyncio.timeout(seconds):
                await self._take()
        except TimeoutError:
            raise ModelBusy from None
        try:
            yield
        finally:
            self._running -= 1
            self._wake()

    def halve(self) -> None:
        """Allow half as many calls at once, 1 at least; those that run go on."""
        self._allowed = max(1, self._allowed // 2)
        self._successes = 0

    def succeeded(self) -> None:
        """Take note of a success: every SUCCESSES_PER_STEP allow one more call at once."""
        if self._allowed == self._calls_max:
            return
        self._successes += 1
        if self._successes == SUCCESSES_PER_STEP:
            self._successes = 0
            self._allowed += 1
            self._wake()

    async def _take(self) -> None:
        # A place that comes free goes to who waits at once, so nobody is overtaken here.
        if self._running < self._allowed:
            self._running += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                # The place was given just before the call was given up: pass it on.
                self._running -= 1
                self._wake()
            raise

    def _wake(self) -> None:
        """Give the free places to those who wait, and forget who has gone."""
        while self._waiting and (self._waiting[0].done() or self._running < self._allowed):
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                self._running += 1
