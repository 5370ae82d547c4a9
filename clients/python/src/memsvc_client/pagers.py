"""Lists that come page by page, as one iteration."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from typing import Generic, Protocol, TypeVar


class HasNextPage(Protocol):
    """A response with more to come, as long as its token is not empty."""

    next_page_token: str


ItemT = TypeVar("ItemT")
PageT = TypeVar("PageT", bound=HasNextPage)


class Pager(Generic[ItemT, PageT]):
    """All items of a list, fetched page by page as they are asked for.

    Nothing is sent before the iteration begins. Every iteration begins anew with the first page.
    Each page is a call of its own, with its own deadline, and raises what a call raises.
    """

    def __init__(
        self,
        fetch: Callable[[str], PageT],
        items: Callable[[PageT], Iterable[ItemT]],
        first_token: str,
    ) -> None:
        """Fetch the page at a token by *fetch*, from *first_token* on; take out its *items*."""
        self._fetch = fetch
        self._items = items
        self._first_token = first_token

    def __iter__(self) -> Iterator[ItemT]:
        """Yield the items of all pages."""
        for page in self.pages():
            yield from self._items(page)

    def pages(self) -> Iterator[PageT]:
        """Yield the responses: items, next_page_token and what else a page carries."""
        page = self._fetch(self._first_token)
        yield page
        while page.next_page_token:
            page = self._fetch(page.next_page_token)
            yield page


class AsyncPager(Generic[ItemT, PageT]):
    """All items of a list, fetched page by page as they are asked for.

    Nothing is sent before the iteration begins. Every iteration begins anew with the first page.
    Each page is a call of its own, with its own deadline, and raises what a call raises.
    """

    def __init__(
        self,
        fetch: Callable[[str], Awaitable[PageT]],
        items: Callable[[PageT], Iterable[ItemT]],
        first_token: str,
    ) -> None:
        """Fetch the page at a token by *fetch*, from *first_token* on; take out its *items*."""
        self._fetch = fetch
        self._items = items
        self._first_token = first_token

    async def __aiter__(self) -> AsyncIterator[ItemT]:
        """Yield the items of all pages."""
        async for page in self.pages():
            for item in self._items(page):
                yield item

    async def pages(self) -> AsyncIterator[PageT]:
        """Yield the responses: items, next_page_token and what else a page carries."""
        page = await self._fetch(self._first_token)
        yield page
        while page.next_page_token:
            page = await self._fetch(page.next_page_token)
            yield page
