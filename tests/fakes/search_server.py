"""A search engine of SearXNG's kind on this machine, whose pages are set by the test."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.local_server import LocalHandler, LocalServer


class FakeSearch(LocalServer):
    """Answers `GET /search` on 127.0.0.1 while used as a context manager."""

    def __init__(self) -> None:
        """Find nothing."""
        #: What is found, or the status and body of a failure.
        self.results: list[dict[str, Any]] = []
        self.failure: tuple[int, bytes] | None = None
        self.queries: list[str] = []
        super().__init__(_Handler)


class _Handler(LocalHandler):
    def get(self) -> None:
        owner = self.server.owner
        assert isinstance(owner, FakeSearch)
        query = parse_qs(urlsplit(self.path).query)
        assert query["format"] == ["json"]
        owner.queries.append(query["q"][0])
        status, body = owner.failure or (200, json.dumps({"results": owner.results}).encode())
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
