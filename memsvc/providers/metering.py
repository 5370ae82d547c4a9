"""What language models took, for whoever asks them in a task."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, TypeGuard

from memsvc.core.chat import TokenUsage

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


def note(usage: TokenUsage, cost: float | None) -> None:
    """Note what a call took, and its *cost* in the currency of the settings, None for not known."""
    meter = _meter.get()
    if meter is not None:
        meter.tokens += usage.input_tokens + usage.output_tokens
        meter.cost_micros += round((cost or 0.0) * 1_000_000)


def read_usage(reply: object) -> TokenUsage | None:
    """Return what a server says that its *reply*, a value of JSON, took; None if it says nothing of use."""
    usage = reply.get("usage") if isinstance(reply, dict) else None
    if not isinstance(usage, dict):
        return None
    counts = [usage.get(name) for name in ("prompt_tokens", "completion_tokens", "total_tokens")]
    prompt, completion, total = (count if _is_count(count) else None for count in counts)
    if prompt is None or (completion is None and total is None):
        return None
    # xAI and Gemini count reasoning in the total alone.
    return TokenUsage(prompt, max(completion or 0, (total or 0) - prompt))


def guessed_usage(prompt_characters: int, answer_characters: int) -> TokenUsage:
    """Return what texts of these lengths make likely."""
    return TokenUsage(
        -(-prompt_characters // CHARACTERS_PER_TOKEN),
        -(-answer_characters // CHARACTERS_PER_TOKEN),
        estimated=True,
    )


def _is_count(tokens: object) -> TypeGuard[int]:
    return isinstance(tokens, int) and not isinstance(tokens, bool) and 0 <= tokens <= TOKENS_MAX
