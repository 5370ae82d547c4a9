"""A server of OpenAI's /v1/chat/completions on this machine, whose answers are scripted by the test.

A step answers one request. It is a function of an Exchange; the functions of this module make the
usual ones:

    with FakeModel(replying({"Oslo": [fact("The user lives in Oslo.", "location", "Oslo")]})) as fake:
        fake.script.append(failing(429, retry_after="3"))
"""

from __future__ import annotations

import json
import select
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from tests.fakes.local_server import LocalHandler, LocalServer

Fact: TypeAlias = dict[str, Any]

#: What a model replies with, given the text of the message that it was asked about.
FactsFor: TypeAlias = Callable[[str], list[Fact]]
#: Bytes of one piece of a huge reply.
PIECE_BYTES: Final = 64 * 1024
#: Seconds between two looks at whether the client has gone.
LOOK_SECONDS: Final = 0.005
MEGABYTE: Final = 1024 * 1024


class ClientGone(Exception):
    """The client has closed the connection, or the server stops."""


def fenced_lines(text: str) -> list[str]:
    """Return the lines between the marks of a user's turn."""
    lines = text.splitlines()
    name, mark = lines[1].removeprefix("<").removesuffix(">").split(" ")
    assert lines[-1] == f"</{name} {mark}>"
    assert mark in lines[0]
    return lines[2:-1]


@dataclass(slots=True)
class SeenCall:
    """A request as it came in, names of headers in lower case."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    #: Set when the client closed the connection before the answer was complete.
    disconnected: threading.Event = field(default_factory=threading.Event)
    #: Set when the server is done with the request, whatever the end was.
    finished: threading.Event = field(default_factory=threading.Event)
    #: Bytes of the answer's body that were handed to the system.
    bytes_sent: int = 0

    @property
    def turns(self) -> list[tuple[str, str]]:
        """The messages as (role, text)."""
        return [(turn["role"], turn["content"]) for turn in self.body["messages"]]

    @property
    def prompt(self) -> str:
        """All that the model was given to read."""
        return "\n".join(text for _, text in self.turns)

    @property
    def message(self) -> str:
        """The text that facts are to be drawn from; the first user turn if it is not JSON."""
        text = next((text for role, text in self.turns if role == "user"), "")
        try:
            return str(json.loads(fenced_lines(text)[0])["message"])
        except (ValueError, TypeError, LookupError):
            return text

    @property
    def form(self) -> str:
        """The form of reply that was asked for: "json_schema", "json_object" or "none"."""
        return str(self.body.get("response_format", {"type": "none"})["type"])

    @property
    def streamed(self) -> bool:
        """Whether the answer was to come in pieces."""
        return bool(self.body.get("stream"))


Step: TypeAlias = Callable[["Exchange"], None]


class FakeModel(LocalServer):
    """Answers on 127.0.0.1 while used as a context manager.

    `script` holds the steps of the next requests; when it is used up, `step` answers all. Both may be
    changed at any time. `forms` are the forms of reply that are known; others are answered with 400,
    and take no step of the script.
    `release` lets those go on that hang.
    """

    def __init__(self, facts_for: FactsFor = lambda _: []) -> None:
        """Reply with the facts that *facts_for* gives, where no step says otherwise."""
        self.facts_for = facts_for
        self.step: Step = telling_facts
        self.script: deque[Step] = deque()
        self.forms = {"json_schema", "json_object", "none"}
        self.models = ["some-model"]
        self.requests: list[SeenCall] = []
        self.release = threading.Event()
        self.closing = threading.Event()
        self._changed = threading.Condition()
        self._waiting = set[int]()
        #: The most requests that waited at once for the beginning of an answer.
        self.waiting_max = 0
        super().__init__(_Handler)

    def let_go(self) -> None:
        """Give up requests that hang."""
        self.closing.set()

    def wait_for_requests(self, count: int, seconds: float = 15.0) -> list[SeenCall]:
        """Return the requests once there are *count* of them; fail if there are not in time."""
        with self._changed:
            enough = self._changed.wait_for(lambda: len(self.requests) >= count, seconds)
            assert enough, f"{len(self.requests)} requests came in time, not {count}"
            return list(self.requests)

    @contextmanager
    def answering(self, seen: SeenCall) -> Generator[Step]:
        """Take note of a request; yield the step that answers it."""
        with self._changed:
            self.requests.append(seen)
            if seen.form not in self.forms:
                step = failing(400)
            else:
                step = self.script.popleft() if self.script else self.step
            self._waiting.add(id(seen))
            self.waiting_max = max(self.waiting_max, len(self._waiting))
            self._changed.notify_all()
        try:
            yield step
        finally:
            self.answered(seen)
            seen.finished.set()

    def answered(self, seen: SeenCall) -> None:
        """Take note that a request waits no longer."""
        with self._changed:
            self._waiting.discard(id(seen))


class Exchange:
    """One request and the means to answer it."""

    def __init__(self, fake: FakeModel, seen: SeenCall, handler: _Handler) -> None:
        """Answer *seen* by *handler*."""
        self.fake = fake
        self.seen = seen
        self._handler = handler

    def begin(
        self,
        status: int = 200,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
        length: int | None = None,
    ) -> None:
        """Send the head; without a *length* the body is to be sent by `chunk`."""
        # Before the client can know it, and send the next one.
        self.fake.answered(self.seen)
        handler = self._handler
        handler.send_response(status)
        handler.send_header("Content-Type", content_type)
        handler.send_header("Connection", "close")
        if length is None:
            handler.send_header("Transfer-Encoding", "chunked")
        else:
            handler.send_header("Content-Length", str(length))
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.end_headers()

    def write(self, body: bytes) -> None:
        """Send bytes as they are."""
        self._handler.wfile.write(body)
        self.seen.bytes_sent += len(body)

    def chunk(self, body: bytes) -> None:
        """Send a part of a body without a length; an empty one is its end."""
        self.write(b"%x\r\n%b\r\n" % (len(body), body))

    def send(
        self,
        body: bytes,
        status: int = 200,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Send a complete answer."""
        self.begin(status, content_type, headers, len(body))
        self.write(body)

    def say(self, text: str) -> None:
        """Reply with *text*, in pieces if the client asked for that."""
        if self.seen.streamed:
            streaming([text[i : i + 8] for i in range(0, len(text), 8)])(self)
        else:
            self.send(completion(text))

    def wait(self, event: threading.Event) -> None:
        """Wait for *event*; raise ClientGone if nobody waits for the answer any more."""
        while not event.wait(LOOK_SECONDS):
            self.look()

    def look(self) -> None:
        """Raise ClientGone if nobody waits for the answer any more."""
        connection = self._handler.connection
        readable, _, _ = select.select([connection], [], [], 0)
        if self.fake.closing.is_set() or (readable and not connection.recv(1, socket.MSG_PEEK)):
            raise ClientGone

    def reset(self) -> None:
        """Close the connection so that the client sees an error instead of an end."""
        connection = self._handler.connection
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._handler.wfile.flush()
        connection.close()


class _Handler(LocalHandler):
    protocol_version = "HTTP/1.1"

    @property
    def fake(self) -> FakeModel:
        owner = self.server.owner
        assert isinstance(owner, FakeModel)
        return owner

    def post(self) -> None:
        # One request a connection: nothing is left to wait for when the server stops.
        self.close_connection = True
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = SeenCall(self.path, headers, body)
        with self.fake.answering(seen) as step:
            try:
                step(Exchange(self.fake, seen, self))
            except (ClientGone, ConnectionError):
                seen.disconnected.set()

    def get(self) -> None:
        self.close_connection = True
        models = [{"id": name, "object": "model"} for name in self.fake.models]
        body = json.dumps({"object": "list", "data": models}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def fact(content: str, slot: str = "", value: str = "", **fields: Any) -> Fact:
    """Return a fact as a well-behaved model gives it; *fields* replace its others."""
    return {
        "content": content,
        "category": "other",
        "slot": slot or None,
        "value": value or None,
        "temporal_state": "current",
        "confidence": 0.9,
        "event_time": None,
        "ends": False,
        **fields,
    }


def replying(facts: Mapping[str, list[Fact]]) -> FactsFor:
    """Return the facts of all those texts that the message holds."""
    return lambda message: [found for text in facts if text in message for found in facts[text]]


def completion(content: object, **message: object) -> bytes:
    """Return the body of an answer with this content; *message* adds to its message."""
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": content, **message},
        "finish_reason": "stop",
    }
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    return json.dumps({
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "some-model",
        "choices": [choice],
        "usage": usage,
    }).encode()


def telling_facts(exchange: Exchange) -> None:
    """Reply with the facts that the server has for the message."""
    facts = exchange.fake.facts_for(exchange.seen.message)
    exchange.say(json.dumps({"facts": facts}, ensure_ascii=False))


def saying(text: str | Callable[[SeenCall], str]) -> Step:
    """Reply with *text*."""
    return lambda exchange: exchange.say(text if isinstance(text, str) else text(exchange.seen))


def body(content: bytes, content_type: str = "application/json", **headers: str) -> Step:
    """Answer with a body that need not be a chat completion."""
    return lambda exchange: exchange.send(content, 200, content_type, headers)


def html() -> Step:
    """Answer with a page and the status 200, as a portal in between does."""
    return body(b"<!DOCTYPE html><html><body>the server's own words</body></html>", "text/html")


def failing(status: int, retry_after: str | None = None, **headers: str) -> Step:
    """Answer with an error, in a body that quotes the key and the messages."""

    def step(exchange: Exchange) -> None:
        key = exchange.seen.headers.get("authorization", "")
        words = f"the server's own words, {key}, {exchange.seen.prompt}"
        told = {"Retry-After": retry_after} if retry_after is not None else {}
        error = {"error": {"message": words, "type": "server_error"}}
        exchange.send(json.dumps(error).encode(), status, headers={**told, **headers})

    return step


def redirecting(status: int = 307) -> Step:
    """Send the client to the same server, which would answer."""
    return lambda exchange: exchange.send(b"", status, headers={"Location": exchange.seen.path})


def dropping(exchange: Exchange) -> None:
    """Close the connection without an answer."""
    exchange.reset()


def hanging(then: Step = telling_facts) -> Step:
    """Say nothing until the server's `release` is set, then go on."""

    def step(exchange: Exchange) -> None:
        exchange.wait(exchange.fake.release)
        then(exchange)

    return step


def stalling(text: str, after: int = 10) -> Step:
    """Send *after* bytes of a reply, and the rest once the server's `release` is set."""

    def step(exchange: Exchange) -> None:
        answer = completion(text)
        exchange.begin(length=len(answer))
        exchange.write(answer[:after])
        exchange.wait(exchange.fake.release)
        exchange.write(answer[after:])

    return step


def dripping(text: str) -> Step:
    """Send a reply byte by byte, the next one after a look at the client."""

    def step(exchange: Exchange) -> None:
        answer = completion(text)
        exchange.begin(length=len(answer))
        for byte in answer:
            exchange.write(bytes([byte]))
            if not exchange.fake.release.wait(LOOK_SECONDS):
                exchange.look()

    return step


def truncated(text: str) -> Step:
    """Promise more bytes than are sent."""

    def step(exchange: Exchange) -> None:
        answer = completion(text)
        exchange.begin(length=len(answer) + 100)
        exchange.write(answer)

    return step


def huge(megabytes: int) -> Step:
    """Reply with so many megabytes of text, made while they are sent."""

    def step(exchange: Exchange) -> None:
        head, tail = completion("|").split(b"|")
        exchange.begin()
        exchange.chunk(head)
        for _ in range(megabytes * MEGABYTE // PIECE_BYTES):
            exchange.chunk(b"x" * PIECE_BYTES)
        exchange.chunk(tail)
        exchange.chunk(b"")

    return step


def streaming(
    pieces: Iterable[str], *, done: bool = True, reset: bool = False, split_characters: bool = False
) -> Step:
    """Send *pieces* of a reply as server-sent events.

    Without *done* the stream just ends; with *reset* it breaks off within an event after the last
    piece. *split_characters* sends byte by byte, so that characters of several bytes come apart.
    """

    def event(choice: dict[str, object]) -> bytes:
        head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1}
        told = {**head, "model": "some-model", "choices": [{"index": 0, **choice}]}
        return f"data: {json.dumps(told, ensure_ascii=False)}\n\n".encode()

    def step(exchange: Exchange) -> None:
        exchange.begin(content_type="text/event-stream")
        events = [event({"delta": {"content": piece}, "finish_reason": None}) for piece in pieces]
        if done:
            events += [event({"delta": {}, "finish_reason": "stop"}), b"data: [DONE]\n\n"]
        for sent in events:
            for part in _parts(sent, single=split_characters):
                exchange.chunk(part)
        if reset:
            exchange.write(b'ff\r\ndata: {"id"')
            exchange.reset()
        else:
            exchange.chunk(b"")

    return step


def _parts(content: bytes, *, single: bool) -> Sequence[bytes]:
    return [bytes([byte]) for byte in content] if single else [content]


def closed_port() -> int:
    """Return a port on this machine where nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def full_port() -> Generator[int]:
    """Yield a port that lets nobody connect, nor tells that it does not."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        waiting: list[socket.socket] = []
        try:
            # Each takes a place in the queue, until one finds none.
            while len(waiting) < 64:
                client = socket.socket()
                waiting.append(client)
                client.settimeout(0.2)
                try:
                    client.connect(address)
                except TimeoutError:
                    break
            yield int(address[1])
        finally:
            for client in waiting:
                client.close()
