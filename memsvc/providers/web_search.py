"""Looking for pages in the web: a plug-in, off unless the settings name a search engine.

What comes back was written by strangers: the caller shows it to a model as data, behind a fence.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any, Final, Protocol

import httpx2

from memsvc.core.characters import storable
from memsvc.core.chat_prompt import WebPage

#: How long a search may take, in seconds, and how much of the answer is read, in bytes.
SECONDS_MAX: Final = 8.0
BYTES_MAX: Final = 1024 * 1024
#: A page's title and address, and what it says, are cut to so many characters.
TITLE_MAX: Final = 300
URL_MAX: Final = 2_000
SNIPPET_MAX: Final = 1_000
_OK: Final = 200


class WebSearchFailed(Exception):
    """The search engine gave no usable answer. Nothing that it wrote stands in the message."""


class WebSearch(Protocol):
    """A search engine."""

    async def find(self, query: str, limit: int) -> list[WebPage]:
        """Return up to *limit* pages, best first; raise WebSearchFailed."""
        ...

    async def close(self) -> None:
        """Let go of what is held."""
        ...


class SearxngSearch:
    """A server that speaks SearXNG's JSON: `GET /search?q=…&format=json`."""

    def __init__(self, base_url: str, api_key: str = "") -> None:
        """Ask the server at *base_url*, with the key as a bearer token, "" for none."""
        self._url = f"{base_url.rstrip('/')}/search"
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if api_key:
            headers["Authorization"] = f"Bearer {api_key}"
        self._client = httpx2.AsyncClient(
            follow_redirects=False, timeout=SECONDS_MAX, headers=headers
        )

    async def find(self, query: str, limit: int) -> list[WebPage]:
        """Return up to *limit* pages, best first; raise WebSearchFailed."""
        try:
            async with asyncio.timeout(SECONDS_MAX):
                body = await self._fetch(query)
            results = json.loads(body)["results"]
        except (TimeoutError, ValueError, LookupError, TypeError, RecursionError, httpx2.HTTPError):
            raise WebSearchFailed from None
        if not isinstance(results, list):
            raise WebSearchFailed
        return [page for result in results if (page := _page(result))][:limit]

    async def _fetch(self, query: str) -> bytes:
        body = bytearray()
        parameters = {"q": query, "format": "json"}
        async with self._client.stream("GET", self._url, params=parameters) as answer:
            if answer.status_code != _OK:
                raise WebSearchFailed
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > BYTES_MAX:
                    raise WebSearchFailed
        return bytes(body)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _page(result: Any) -> WebPage | None:
    if not isinstance(result, dict):
        return None
    title, url, snippet = (result.get(name) for name in ("title", "url", "content"))
    if not isinstance(url, str) or not url.startswith(("https://", "http://")):
        return None
    return WebPage(
        storable(title[:TITLE_MAX]) if isinstance(title, str) else "",
        storable(url[:URL_MAX]),
        storable(snippet[:SNIPPET_MAX]) if isinstance(snippet, str) else "",
    )
