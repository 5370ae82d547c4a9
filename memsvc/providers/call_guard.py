"""What stands between us and a provider: a breaker, a limit of simultaneous calls, and its own word."""

from __future__ import annotations

import math
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial

from memsvc.core.chat import ProviderState
from memsvc.providers.circuit_breaker import AdaptiveLimit, CircuitBreaker
from memsvc.providers.model_errors import ErrorClass, ModelBusy, ModelError, ModelUnavailable


class CallGuard:
    """Lets calls of one provider through, and learns from how they end."""

    def __init__(self, calls_max: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Let at most *calls_max* through at once; the *clock*, in seconds, times the pauses."""
        self._clock = clock
        self._breaker = CircuitBreaker(clock=clock)
        self._calls = AdaptiveLimit(calls_max)
        self._busy_until = -math.inf

    @property
    def state(self) -> ProviderState:
        """Whether a call would be let through."""
        if self._busy_until > self._clock():
            return ProviderState.BUSY
        return ProviderState.PAUSED if self._breaker.is_open else ProviderState.READY

    @asynccontextmanager
    async def call(self, wait_seconds: float) -> AsyncGenerator[Callable[[], None]]:
        """Let the call that is made within through, after waiting for its turn so many seconds at most.

        Yields what a call that takes its time tells that its answer begins. How the call ends is told by the
        ModelError that it raises, or by none. Raises ModelBusy and ModelUnavailable if the provider is to be left
        alone.
        """
        self._turn_away_early()
        async with self._calls.slot(wait_seconds):
            self._turn_away_early()
            era = self._breaker.admit()
            if era is None:
                raise ModelUnavailable(ErrorClass.MODEL_PAUSED)
            try:
                yield partial(self._breaker.begun, era)
            except BaseException as error:
                self._note_failure(era, error)
                raise
            self._breaker.succeeded(era)
            self._calls.succeeded()

    def _turn_away_early(self) -> None:
        """Raise ModelBusy and ModelUnavailable if the provider is to be left alone."""
        if (seconds := self._busy_until - self._clock()) > 0:
            raise ModelBusy(seconds)
        if self._breaker.is_open:
            raise ModelUnavailable(ErrorClass.MODEL_PAUSED)

    def _note_failure(self, era: int, error: BaseException) -> None:
        """Tell the breaker and the limit what the end of a call says about the provider."""
        match error:
            case ModelBusy():
                self._busy_until = max(self._busy_until, self._clock() + error.retry_after_seconds)
                self._calls.halve()
                self._breaker.released(era)
            case ModelUnavailable():
                self._breaker.failed(era)
            case ModelError():
                # It answered, though not as it should.
                self._breaker.succeeded(era)
            case _:
                # The caller gave up, or had less time than the provider is given.
                self._breaker.released(era)
