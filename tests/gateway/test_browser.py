"""The TypeScript client in a real browser, through the shipped gateway."""

from __future__ import annotations

import functools
import json
import os
import queue
import shutil
import signal
import subprocess
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from typing import Final

import pytest

from tests.support.gateway import Gateway
from tests.support.server import KEYS, ServerProcess

CLIENT: Final = Path(__file__).resolve().parents[2] / "clients/typescript"
BROWSER: Final = shutil.which("chromium") or shutil.which("google-chrome")
#: A browser that calls nobody but the page and the gateway.
FLAGS: Final = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
#: Far more than a busy machine needs to start a browser: only a page that never answers takes as long.
PATIENCE_SECONDS: Final = 100
MODULES: Final = {
    "@bufbuild/protobuf": ("", "codegenv2", "reflect", "wire", "wkt"),
    "@connectrpc/connect": ("", "protocol", "protocol-connect", "protocol-grpc-web"),
    "@connectrpc/connect-web": ("",),
}
PAGE: Final = Template("""<!doctype html>
<script type="importmap">$imports</script>
<script type="module">
  import { createMemoryClient, ExtractionMode, Role } from "/client/dist/web.js";
  const client = createMemoryClient({ baseUrl: "$gateway", apiKey: "$key" });
  const userId = "$user";
  const told = [];
  try {
    const messages = [{ role: Role.USER, content: "I moved to Austin in May." }];
    await client.ingest({ userId, messages, extraction: ExtractionMode.NONE });
    const answer = await client.recall({ userId, query: "Where do I live?" });
    told.push(answer.results[0].memory.content);
    for await (const memory of client.listMemories({ userId, pageSize: 1 })) {
      told.push(memory.kind);
    }
    await client.getMemory({ memoryId: "none" });
  } catch (error) {
    told.push(error.reason || String(error.message));
  }
  await fetch("/told", { method: "POST", body: JSON.stringify(told) });
</script>
""")

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")


class Site(SimpleHTTPRequestHandler):
    """The page, the client's files as a web server would give them, and an ear for what the page tells."""

    page = b""
    told: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def do_GET(self) -> None:
        """Give the page for its root, else a file."""
        if self.path != "/":
            self.path = self.path.removeprefix("/client")
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(self.page)

    def do_POST(self) -> None:
        """Hear what the page has to tell."""
        self.told.put(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[ThreadingHTTPServer]:
    """A web server on an origin of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Site, directory=str(CLIENT)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def imports() -> dict[str, str]:
    """Return where a browser finds the packages that the client imports."""
    return {
        f"{package}/{part}".rstrip("/"): f"/client/node_modules/{package}/dist/esm/{part}/index.js"
        for package, parts in MODULES.items()
        for part in parts
    }


@contextmanager
def page_open(url: str, profile: Path) -> Generator[None]:
    """Keep the page at *url* open in a browser of its own."""
    command = [str(BROWSER), *FLAGS, f"--user-data-dir={profile}", url]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as browser:
        try:
            yield
        finally:
            # Its helpers too: a browser that is ended abruptly leaves them behind.
            os.killpg(browser.pid, signal.SIGKILL)


@pytest.mark.parametrize("is_known", [True, False])
def test_a_page_of_a_known_origin_remembers(
    site: ThreadingHTTPServer, server: ServerProcess, tmp_path: Path, user: str, *, is_known: bool
) -> None:
    """A page stores, recalls, lists and sees typed errors; a page from elsewhere gets no answer."""
    origin = f"http://127.0.0.1:{site.server_port}"
    known = origin if is_known else "https://app.example"
    gateway = Gateway(tmp_path, server.target, checks_health=False, origin=known)
    values = {"gateway": gateway.url, "key": KEYS["acme"], "user": user}
    Site.page = PAGE.substitute(values, imports=json.dumps({"imports": imports()})).encode()
    Site.told = queue.SimpleQueue()
    try:
        with page_open(f"{origin}/", tmp_path / "profile"):
            told = json.loads(Site.told.get(timeout=PATIENCE_SECONDS))
    finally:
        gateway.stop()

    if is_known:
        assert told == ["I moved to Austin in May.", 2, "MEMORY_NOT_FOUND"]
    else:
        assert told == ["Failed to fetch"]
