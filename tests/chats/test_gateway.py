"""A chat through the shipped gateway, as JSON over HTTP."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterator
from typing import Any

import grpc
import httpx2
import pytest
from google.rpc import error_details_pb2, status_pb2

from tests.chats.conftest import Talk
from tests.fakes.chat_steps import answering, chunk, sending
from tests.fakes.model_server import FakeModel
from tests.support.gateway import Gateway
from tests.support.grpcurl import GRPCURL, needs_grpcurl
from tests.support.server import ServerProcess
from tests.support.waiting import until


@pytest.fixture(scope="module")
def gateway(
    chat_server: ServerProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    """Envoy, with the files of deploy/envoy, in front of a server that chats."""
    gateway = Gateway(tmp_path_factory.mktemp("gateway"), chat_server.target)
    yield gateway
    gateway.stop()


def names(events: list[dict[str, Any]]) -> list[str]:
    """Return what happened, without keepalives."""
    return [name for event in events for name in event if name != "keepalive"]


def test_a_chat_streams_as_json(gateway: Gateway, talk: Talk, first: FakeModel) -> None:
    """Each event is sent as it happens, as an element of one JSON array."""
    first.script.append(sending(chunk("Once"), first.release, *answering(" upon a time.")))
    asked = {"userId": talk.user_id, "message": "Tell me a story."}
    body = ""
    with httpx2.stream("POST", f"{gateway.url}/v1/chat", json=asked, timeout=30) as answer:
        assert answer.status_code == 200
        for part in answer.iter_text():
            body += part
            if '"Once"' in body:
                # The first words are here, while the model has not said the rest.
                first.release.set()

    events = json.loads(body)
    assert names(events)[:2] == ["started", "context"]
    assert "".join(e["delta"]["text"] for e in events if "delta" in e) == "Once upon a time."
    assert events[-1]["done"]["finishReason"] == "FINISH_REASON_STOP"


def test_a_chat_that_breaks_off_tells_so_behind_its_array(
    gateway: Gateway, talk: Talk, first: FakeModel
) -> None:
    """The status is gone by then: the array ends without `done`, and the trailers say why, as in gRPC."""
    first.script.append(sending(chunk("Once"), end=False))
    asked = json.dumps({"userId": talk.user_id, "message": "Tell me a story."})
    answer = subprocess.run(
        [
            *("curl", "--silent", "--show-error", "--include", "--max-time", "20"),
            *("--header", "content-type: application/json", "--data", "@-"),
            f"{gateway.url}/v1/chat",
        ],
        input=asked,
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    _, _, rest = answer.partition("\n\n")
    events, end = json.JSONDecoder().raw_decode(rest)
    assert names(events)[-1] == "delta"
    assert {"delta": {"text": "Once"}} in events
    trailers = dict(line.split(": ", 1) for line in rest[end:].split("\n") if line)
    assert trailers["grpc-status"] == str(grpc.StatusCode.UNAVAILABLE.value[0])
    assert trailers["grpc-message"]
    details = trailers["grpc-status-details-bin"]
    status = status_pb2.Status.FromString(base64.b64decode(details + "=" * (-len(details) % 4)))
    info = error_details_pb2.ErrorInfo()
    assert any(detail.Unpack(info) for detail in status.details)
    assert info.reason == "LLM_STREAM_TRUNCATED"
    assert info.metadata["assistant_message_id"]


def test_a_caller_of_the_gateway_who_goes_away_stops_the_model(
    gateway: Gateway, talk: Talk, first: FakeModel
) -> None:
    """What hangs up before the gateway hangs up behind it."""
    first.script.append(sending(chunk("Once"), first.release))
    asked = {"userId": talk.user_id, "message": "Tell me a story."}
    with httpx2.stream("POST", f"{gateway.url}/v1/chat", json=asked, timeout=30) as answer:
        body = ""
        for part in answer.iter_text():
            body += part
            if '"Once"' in body:
                break

    until(first.requests[0].disconnected.is_set)


@needs_grpcurl
def test_grpcurl_shows_a_legible_stream(
    chat_server: ServerProcess, talk: Talk, first: FakeModel
) -> None:
    """Each event is one object with the name of what happened."""
    request = json.dumps({"user_id": talk.user_id, "message": "Hello"})
    shown = subprocess.run(
        [
            str(GRPCURL),
            *("-plaintext", "-d", request),
            *(chat_server.target, "memsvc.v1.MemoryService/Chat"),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout

    decoder, at, events = json.JSONDecoder(), 0, []
    while at < len(shown.rstrip()):
        event, at = decoder.raw_decode(shown, at + (len(shown[at:]) - len(shown[at:].lstrip())))
        events.append(event)
    happened = ["started", "context", "delta", "delta", "title", "usage", "done"]
    assert names(events) == happened
    assert {"delta": {"text": "I"}} in events
