"""How much fits into one reply."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from memsvc.core.model import JsonValue, Memory

Item = TypeVar("Item")

#: What a value of the callers' own data takes besides its text, at most, and its key as much again.
_VALUE_BYTES: Final = 16
#: The most text in one reply, in bytes: what is around it has to fit into gRPC's 4 MiB as well.
REPLY_BYTES_MAX: Final = 2 * 1024 * 1024


def fitting(
    items: Sequence[Item],
    text: Callable[[Item], str],
    *,
    bytes_max: int = REPLY_BYTES_MAX,
) -> Sequence[Item]:
    """Return the first of *items* whose texts fit together into *bytes_max*, at least one."""
    return within(items, lambda item: text_bytes(text(item)), bytes_max=bytes_max)


def within(
    items: Sequence[Item], size: Callable[[Item], int], *, bytes_max: int = REPLY_BYTES_MAX
) -> Sequence[Item]:
    """Return the first of *items* whose sizes fit together into *bytes_max*, at least one."""
    total = 0
    for place, item in enumerate(items):
        total += size(item)
        if total > bytes_max and place:
            return items[:place]
    return items


def text_bytes(text: str) -> int:
    """Return how much room a text takes."""
    return len(text.encode())


def data_bytes(value: JsonValue) -> int:
    """Return how much room the caller's own data takes on the wire, at most."""
    if isinstance(value, str):
        return _VALUE_BYTES + text_bytes(value)
    if isinstance(value, list):
        return _VALUE_BYTES + sum(map(data_bytes, value))
    if isinstance(value, dict):
        inside = (_VALUE_BYTES + text_bytes(key) + data_bytes(item) for key, item in value.items())
        return _VALUE_BYTES + sum(inside)
    return _VALUE_BYTES


def memory_bytes(memory: Memory) -> int:
    """Return how much room a memory, such as a message, takes with its data."""
    return text_bytes(memory.content) + data_bytes({**memory.metadata})
