"""A web server of a test's own on this machine."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


class LocalServer:
    """Answers on 127.0.0.1 while used as a context manager."""

    def __init__(self, handler: type[LocalHandler]) -> None:
        """Answer requests by *handler*."""
        self._server = _Server(self, handler)
        # A short poll, so that leaving the context takes no noticeable time.
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def base_url(self) -> str:
        """What a client of OpenAI's protocol takes as its base URL."""
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def let_go(self) -> None:
        """Let requests that hang come to an end: the server is about to stop."""

    def __enter__(self) -> Self:
        """Begin to answer."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop, after the requests that are still being answered."""
        self.let_go()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    # Not daemons, so that closing the server waits for them.
    daemon_threads = False
    request_queue_size = 64

    def __init__(self, owner: LocalServer, handler: type[LocalHandler]) -> None:
        self.owner = owner
        super().__init__(("127.0.0.1", 0), handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep quiet about clients that do not wait for the answer."""


class LocalHandler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: _Server

    def do_GET(self) -> None:
        """Answer."""
        self.get()

    def do_POST(self) -> None:
        """Answer."""
        self.post()

    def get(self) -> None:
        """Answer a GET."""
        self.send_error(405)

    def post(self) -> None:
        """Answer a POST."""
        self.send_error(405)

    def log_message(self, format: str, *args: object) -> None:  # ruff: ignore[builtin-argument-shadowing] - the base's name
        """Say nothing."""
