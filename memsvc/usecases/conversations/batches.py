"""Batches in which each item stands for itself: one that fails undoes none of the others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from memsvc.core.errors import MemsvcError
from memsvc.core.model import Caller
from memsvc.store import replies
from memsvc.usecases.context import Context
from memsvc.usecases.once import Replay

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Result]):
    """What became of one item: its result, or why there is none."""

    result: Result | Replay | None = None
    error: MemsvcError | None = None


@dataclass(frozen=True, slots=True)
class Batch(Generic[Result]):
    """What became of each item, and the state of the store that includes it all."""

    outcomes: list[Outcome[Result]]
    revision: int


async def batch(context: Context, caller: Caller, outcomes: list[Outcome[Result]]) -> Batch[Result]:
    """Return *outcomes* with the state of the store that includes them."""
    async with context.database.transaction(caller) as tx:
        return Batch(outcomes, await replies.revision(tx))


async def each(
    items: Sequence[Item], act: Callable[[Item], Awaitable[Result | Replay]]
) -> list[Outcome[Result]]:
    """Return what came of *act* for each of *items*, one after the other, each in its own transaction."""
    outcomes: list[Outcome[Result]] = []
    for item in items:
        try:
            outcomes.append(Outcome(await act(item)))
        except MemsvcError as error:
            outcomes.append(Outcome(error=error))
    return outcomes
