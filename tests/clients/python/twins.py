"""The two clients, spoken with in one way, so that each law is held against both."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterable, Callable, Iterable
from typing import Any

from memsvc_client import AsyncMemoryClient, MemoryClient

Client = MemoryClient | AsyncMemoryClient
Connect = Callable[..., "Twin"]


class Twin:
    """A client of either kind; what is awaitable is awaited."""

    def __init__(self, client: Client) -> None:
        """Speak with *client*."""
        self.client = client

    @property
    def is_async(self) -> bool:
        """Whether it is the client for asyncio."""
        return isinstance(self.client, AsyncMemoryClient)

    async def call(self, name: str, /, *arguments: Any, **fields: Any) -> Any:
        """Return what the method *name* returns."""
        result = getattr(self.client, name)(*arguments, **fields)
        return await result if inspect.isawaitable(result) else result

    async def items(self, name: str, /, *arguments: Any, **fields: Any) -> list[Any]:
        """Return all that the method *name* yields."""
        return await drained(await self.call(name, *arguments, **fields))

    async def run(self, name: str, /, *arguments: Any, **fields: Any) -> Any:
        """Call the method *name* and see it through, be it one answer or many."""
        result = await self.call(name, *arguments, **fields)
        many = isinstance(result, (Iterable, AsyncIterable))
        return await drained(result) if many else result


async def drained(items: AsyncIterable[Any] | Iterable[Any]) -> list[Any]:
    """Return all of *items*."""
    return [item async for item in items] if isinstance(items, AsyncIterable) else list(items)


async def first(items: Any) -> Any:
    """Return the first of *items* and leave the rest."""
    return await anext(items) if hasattr(items, "__anext__") else next(items)


async def closed(items: Any) -> None:
    """Close the generator *items*."""
    if hasattr(items, "aclose"):
        await items.aclose()
    else:
        items.close()
