"""What language models took, for whoever asks them in a task."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, TypeGuard

#: What a token is taken to be, in characters, where a server does not say how many it took.
CHARACTERS_PER_TOKEN: Final = 4
#: More than any model reads or writes in a call; the sum of a few calls still fits a number of the contract.
TOKENS_MAX: Final = 50_000_000


@dataclass(slots=True)
class Meter:
    """Tokens of requests and replies."""

    tokens: int = 0
    #: In millionths of the currency of the settings.
    cost_micros: int = 0


_meter: ContextVar[Meter | None] = ContextVar("meter", default=None)


@contextmanager
def metered() -> Generator[Meter]:
    """Yield what the calls made within took, as it grows."""
    meter = Meter()
    token = _meter.set(meter)
    try:
        yield meter
    finally:
        _meter.reset(token)


def is_count(tokens: object) -> TypeGuard[int]:
    """Return whether a provider's count of *tokens* is one that a call can have."""
    return isinstance(tokens, int) and not isinstance(tokens, bool) and 0 <= tokens <= TOKENS_MAX


def note_cost(cost: float) -> None:
    """Note what calls cost, in the currency of the settings."""
    meter = _meter.get()
    if meter is not None:
        meter.cost_micros += round(cost * 1_000_000)


def note(tokens: object, *texts: str) -> None:
    """Note what a call took: *tokens* if that is a number, else what the *texts* make likely."""
    meter = _meter.get()
    if meter is None:
        return
    if is_count(tokens):
        meter.tokens += tokens
    else:
        meter.tokens += sum(len(text) for text in texts) // CHARACTERS_PER_TOKEN
