"""How much fits into one reply."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

Item = TypeVar("Item")

#: The most text in one reply, in bytes: what is around it has to fit into gRPC's 4 MiB as well.
REPLY_BYTES_MAX: Final = 2 * 1024 * 1024


def fitting(
    items: Sequence[Item],
    text: Callable[[Item], str],
    *,
    bytes_max: int = REPLY_BYTES_MAX,
) -> Sequence[Item]:
    """Return the first of *items* whose texts fit together into *bytes_max*, at least one."""
    size = 0
    for place, item in enumerate(items):
        size += len(text(item).encode())
        if size > bytes_max and place:
            return items[:place]
    return items
