"""F42: floods of the protocol itself leave other callers unharmed."""

from __future__ import annotations

import socket
import threading
import time
from typing import Final

import h2.config
import h2.connection
import h2.errors
import h2.events
import pytest

from memsvc_client import MemoryClient
from tests.support.server import KEYS, ServerProcess

#: Streams that are opened and broken off at once, on each of so many connections.
RESETS: Final = 3_000
CONNECTIONS: Final = 3
PINGS: Final = 2_000
SECONDS: Final = 30.0


class Raw:
    """A connection that speaks HTTP/2 as badly as a test wants."""

    def __init__(self, target: str) -> None:
        """Connect to *target*."""
        host, _, port = target.rpartition(":")
        self.socket = socket.create_connection((host, int(port)), timeout=SECONDS)
        self.http = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=True, header_encoding="utf-8")
        )
        self.http.initiate_connection()
        self.flush()

    def flush(self) -> bool:
        """Send what there is to send; return whether the other side still takes it."""
        try:
            self.socket.sendall(self.http.data_to_send())
        except OSError:
            return False
        return True

    def ended_by(self) -> h2.errors.ErrorCodes | int | None:
        """Read until the server ends the connection, and return its reason, None for none given."""
        reason = None
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            try:
                data = self.socket.recv(65536)
            except OSError:
                return reason
            if not data:
                return reason
            for event in self.http.receive_data(data):
                if isinstance(event, h2.events.ConnectionTerminated):
                    reason = event.error_code
            self.flush()
        return reason

    def close(self) -> None:
        """Hang up."""
        self.socket.close()


def reset_rapidly(target: str) -> int:
    """Open streams and break each off at once; return how many were begun."""
    raw = Raw(target)
    begun = 0
    for _ in range(RESETS):
        stream = raw.http.get_next_available_stream_id()
        raw.http.send_headers(
            stream,
            [
                (":method", "POST"),
                (":scheme", "http"),
                (":authority", target),
                (":path", "/memsvc.v1.MemoryService/Recall"),
                ("content-type", "application/grpc"),
                ("te", "trailers"),
            ],
        )
        raw.http.reset_stream(stream)
        begun += 1
        if not raw.flush():
            break
    raw.close()
    return begun


@pytest.mark.timeout(180)
def test_streams_that_are_opened_and_broken_off_harm_nobody(
    server: ServerProcess, client: MemoryClient, user: str
) -> None:
    """While thousands of streams are reset at once, another caller gets every answer."""
    client.create_memory(user_id=user, content="I like tea.")
    attackers = [
        threading.Thread(target=reset_rapidly, args=(server.target,)) for _ in range(CONNECTIONS)
    ]
    for attacker in attackers:
        attacker.start()
    answers = 0
    while any(attacker.is_alive() for attacker in attackers):
        assert client.recall(user_id=user, query="tea", timeout=20).results
        answers += 1
    for attacker in attackers:
        attacker.join()

    assert answers > 0
    assert client.recall(user_id=user, query="tea").results


def test_who_pings_without_end_is_cut_off(server: ServerProcess) -> None:
    """A flood of pings ends that connection with ENHANCE_YOUR_CALM, and no other one."""
    raw = Raw(server.target)
    for number in range(PINGS):
        raw.http.ping(number.to_bytes(8))
        if not raw.flush():
            break

    assert raw.ended_by() in {h2.errors.ErrorCodes.ENHANCE_YOUR_CALM, None}
    raw.close()
    with MemoryClient(server.target, api_key=KEYS["acme"]) as other:
        other.recall(user_id="u", query="tea")
