"""A call whose server never replies, through the gateway."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection

import pytest

from tests.support.gateway import Gateway

DEADLINE_EXCEEDED = 4
EMPTY_FRAME = bytes(5)
TIMEOUT_HEADER = {"grpc-timeout": "100m"}


@pytest.fixture
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HTTPConnection]:
    """A connection to a gateway before a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        target = f"127.0.0.1:{silent.getsockname()[1]}"
        gateway = Gateway(tmp_path_factory.mktemp("silent"), target, checks_health=False)
        with closing(HTTPConnection(gateway.url.removeprefix("http://"), timeout=20)) as connection:
            yield connection
        gateway.stop()


def test_a_call_whose_time_is_over_is_told_so(connection: HTTPConnection) -> None:
    """A deadline that passes at the gateway is DEADLINE_EXCEEDED, not a lost server.

    A browser by gRPC-Web finds it in the headers; as JSON it is a 504 whose body is the status.
    """
    headers = TIMEOUT_HEADER | {"content-type": "application/grpc-web+proto"}
    connection.request("POST", "/memsvc.v1.JobService/WatchJob", EMPTY_FRAME, headers)
    reply = connection.getresponse()
    assert (reply.status, reply.read()) == (200, b"")
    assert reply.headers["content-type"] == "application/grpc-web+proto"
    assert reply.headers["grpc-status"] == str(DEADLINE_EXCEEDED)

    connection.request("GET", "/v1/jobs/one", headers=TIMEOUT_HEADER)
    reply = connection.getresponse()
    assert reply.status == 504
    assert reply.headers["content-type"] == "application/json"
    assert json.load(reply)["code"] == DEADLINE_EXCEEDED
