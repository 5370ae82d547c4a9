"""A server of OpenAI's /v1/embeddings on this machine, whose failures are chosen by the test."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final, Literal, TypeAlias

import numpy as np

from tests.fakes.local_server import LocalHandler, LocalServer

Mode: TypeAlias = Literal[
    "ok",  # a vector for each text
    "reorder",  # the same in the reverse order, told by `index`
    "fewer",  # the last text gets none
    "more",  # one vector too many
    "twice",  # two vectors for the last text
    "same_index",  # all have the index 0
    "no_index",
    "wrong_dimension",  # one more than there should be
    "ragged",  # the last vector is shorter than the others
    "nan",
    "infinity",
    "zero",
    "null",  # null in place of a vector
    "null_number",  # null in place of a number of a vector
    "text_numbers",  # numbers in quotes
    "garbage",  # not JSON
    "no_data",  # JSON of another form
    "empty",  # no body
    "huge",  # far more bytes than any vectors have
    "huge_headers",
    "compressed",
    "redirect",  # to the same server, which would answer
    "status_400",
    "status_401",  # the message quotes the key
    "status_429",
    "status_500",
    "status_503",
    "drop",  # closes the connection
    "hang",  # answers as "ok" once `release` is set
]

#: Bytes of a huge reply.
HUGE_BYTES: Final = 65 * 1024 * 1024

_SPOILT_VECTORS: Final[dict[str, Callable[[list[float]], object]]] = {
    "ragged": itemgetter(slice(-1)),
    "nan": lambda vector: [float("nan"), *vector[1:]],
    "infinity": lambda vector: [float("inf"), *vector[1:]],
    "zero": lambda vector: [0.0 for _ in vector],
    "null": lambda _: None,
    "null_number": lambda vector: [None, *vector[1:]],
    "text_numbers": lambda vector: [str(number) for number in vector],
}


def pseudo_embedding(text: str, dimension: int) -> list[float]:
    """Return a unit vector that depends on nothing but *text* and *dimension*."""
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    vector = np.random.default_rng(seed).standard_normal(dimension)
    unit: list[float] = (vector / np.linalg.norm(vector)).tolist()
    return unit


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """A request as it came in, names of headers in lower case."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def texts(self) -> list[str]:
        """The texts to be embedded."""
        given = self.body["input"]
        return [given] if isinstance(given, str) else list(given)


class FakeOpenAI(LocalServer):
    """Answers on 127.0.0.1 while used as a context manager.

    `script` holds the modes of the next requests; when it is used up, `mode` holds for all. Both
    may be changed at any time. `requests` lists what came in. `arrived` is set at each request,
    `release` lets those go on that hang.
    """

    def __init__(self, dimension: int = 8) -> None:
        """Make vectors of this *dimension*."""
        self.dimension = dimension
        self.mode: Mode = "ok"
        self.script: deque[Mode] = deque()
        #: A request with a text that holds this is refused, whatever the mode; "" refuses none.
        self.refused = ""
        self.requests: list[SeenRequest] = []
        self.arrived = threading.Event()
        self.release = threading.Event()
        super().__init__(_Handler)

    def let_go(self) -> None:
        """Let requests that hang be answered."""
        self.release.set()

    def next_mode(self) -> Mode:
        """Return how the next request is to be answered."""
        return self.script.popleft() if self.script else self.mode


class _Handler(LocalHandler):
    def post(self) -> None:
        fake = self.server.owner
        assert isinstance(fake, FakeOpenAI)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = SeenRequest(self.path, headers, body)
        mode = fake.next_mode()
        if fake.refused and any(fake.refused in text for text in seen.texts):
            mode = "status_400"
        fake.requests.append(seen)
        fake.arrived.set()
        if mode == "drop":
            return
        if mode == "hang":
            fake.release.wait()
        status, content = _reply(mode, seen, fake.dimension)
        self.send_response(status)
        if mode == "redirect":
            self.send_header("Location", f"{fake.base_url}/elsewhere")
        if mode == "compressed":
            self.send_header("Content-Encoding", "gzip")
        if mode == "huge_headers":
            for number in range(64):
                self.send_header(f"X-Header-{number}", "x" * 16 * 1024)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _reply(mode: Mode, seen: SeenRequest, dimension: int) -> tuple[int, bytes]:
    """Return the status and the body."""
    if mode.startswith("status_"):
        key = seen.headers.get("authorization", "")
        error = {"error": {"message": f"the server's own words, {key}", "type": "server_error"}}
        return int(mode.removeprefix("status_")), json.dumps(error).encode()
    if mode == "redirect":
        return 307, b""
    if mode == "huge":
        return 200, b" " * HUGE_BYTES
    if mode == "compressed":
        return 200, gzip.compress(b" " * HUGE_BYTES)
    bodies = {"garbage": b"<html>the server's own words", "empty": b"", "no_data": b'["vectors"]'}
    if mode in bodies:
        return 200, bodies[mode]
    items = _items(mode, seen, dimension)
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    body = {"object": "list", "model": seen.body["model"], "data": items, "usage": usage}
    return 200, json.dumps(body).encode()


def _items(mode: Mode, seen: SeenRequest, dimension: int) -> list[dict[str, Any]]:
    """Return the vectors as the protocol lists them, spoilt as *mode* says."""
    length = dimension + 1 if mode == "wrong_dimension" else dimension
    items: list[dict[str, Any]] = [
        {"object": "embedding", "index": index, "embedding": pseudo_embedding(text, length)}
        for index, text in enumerate(seen.texts)
    ]
    last = items[-1]
    if mode in _SPOILT_VECTORS:
        last["embedding"] = _SPOILT_VECTORS[mode](last["embedding"])
    match mode:
        case "reorder":
            items.reverse()
        case "fewer":
            items.pop()
        case "more":
            items.append({**last, "index": len(items)})
        case "twice":
            items.append(last)
        case "same_index":
            items = [{**item, "index": 0} for item in items]
        case "no_index":
            items = [{"embedding": item["embedding"]} for item in items]
        case _:
            pass
    return items
