"""The contract as JSON over HTTP, as curl sees it."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import validate

from memsvc.rpc.server import SERVICES
from memsvc_client import MemoryClient, NotFound
from tests.support.gateway import SHIPPED, Gateway
from tests.support.server import KEYS, ServerProcess
from tests.support.waiting import until

OPENAPI = json.loads((SHIPPED / "openapi.json").read_text("utf-8"))


@dataclass(frozen=True)
class Reply:
    """What curl got."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.text)


def curl(url: str, *arguments: str, body: object = None, key: str = KEYS["acme"]) -> Reply:
    """Return the reply that curl gets from *url*."""
    command = ["curl", "--silent", "--show-error", "--max-time", "20", url, *arguments]
    # Not --include: the trailers of a stream would stand behind its body.
    command += ["--dump-header", "/dev/stderr"]
    command += ["--header", f"authorization: Bearer {key}", "--header", "expect:"]
    if body is not None:
        command += ["--header", "content-type: application/json", "--data", "@-"]
    data = json.dumps(body) if body is not None else None
    done = subprocess.run(command, input=data, capture_output=True, text=True, check=True)
    head, _, _ = done.stderr.partition("\n\n")
    lines = head.splitlines()
    pairs = (line.partition(": ") for line in lines[1:])
    headers = {name.lower(): value for name, _, value in pairs}
    return Reply(int(lines[0].split()[1]), headers, done.stdout)


def conforms(reply: Reply, path: str, verb: str) -> None:
    """Fail unless *reply* is what the OpenAPI document says of *verb* on *path*."""
    schema = OPENAPI["paths"][path][verb]["responses"]["200"]["content"]["application/json"][
        "schema"
    ]
    jsonschema.validate(reply.json, {**schema, "components": OPENAPI["components"]})


def test_ingest_recall_search_and_conscious(gateway: Gateway, user: str) -> None:
    """The main verbs work as JSON, with the names and shapes of the OpenAPI document."""
    stored = curl(
        f"{gateway.url}/v1/messages:ingest",
        body={
            "userId": user,
            "messages": [{"content": "I moved to Austin.", "eventTime": "2026-05-20T10:00:00Z"}],
            "extraction": "EXTRACTION_MODE_NONE",
        },
    )
    assert stored.status == 200, stored.text
    assert [result["duplicate"] for result in stored.json["results"]] == [False]
    conforms(stored, "/v1/messages:ingest", "post")

    asked = {"userId": user, "query": "Where do I live?", "explain": True}
    recalled = curl(f"{gateway.url}/v1/memories:recall", body=asked)
    best = recalled.json["results"][0]
    assert best["memory"]["content"] == "I moved to Austin."
    assert best["memory"]["validFromTime"] == "2026-05-20T10:00:00Z"
    assert 0 < best["breakdown"]["semantic"] <= 1
    conforms(recalled, "/v1/memories:recall", "post")

    found = curl(f"{gateway.url}/v1/memories:search", body={"userId": user, "query": "Austin"})
    assert found.json["results"][0]["message"]["content"] == "I moved to Austin."
    conforms(found, "/v1/memories:search", "post")

    known = curl(f"{gateway.url}/v1/memories:conscious", body={"userId": user})
    assert [m["content"] for m in known.json["memories"]] == ["I moved to Austin."]
    conforms(known, "/v1/memories:conscious", "post")


def test_resources_have_paths(gateway: Gateway, user: str) -> None:
    """Memories are written, read, listed, changed and deleted by their paths."""
    url = f"{gateway.url}/v1/memories"
    made = curl(url, body={"userId": user, "content": "Prefers tea.", "metadata": {"a": [1, None]}})
    memory = made.json["memory"]
    assert memory["metadata"] == {"a": [1, None]}

    assert curl(f"{url}/{memory['memoryId']}").json["memory"] == memory
    assert curl(f"{url}/{memory['memoryId']}/source").json == {"messages": []}
    listed = curl(f"{gateway.url}/v1/users/{user}/memories?pageSize=5&kinds=MEMORY_KIND_NOTE")
    assert listed.json == {"memories": [memory], "nextPageToken": ""}
    changed = curl(
        f"{url}/{memory['memoryId']}?updateMask=content",
        *("--request", "PATCH"),
        body={"content": "Prefers coffee.", "etag": memory["etag"]},
    )
    assert changed.json["memory"]["content"] == "Prefers coffee."
    assert curl(f"{url}/{memory['memoryId']}", "--request", "DELETE").status == 200
    assert curl(f"{url}/{memory['memoryId']}").status == 404


def test_a_stream_is_an_array(gateway: Gateway, user: str) -> None:
    """A stream of requests is a JSON array; a batch that fails is named in the reply."""
    reply = curl(
        f"{gateway.url}/v1/messages:ingestStream",
        body=[{"userId": user, "messages": [{"content": f"entry {i}"}]} for i in range(3)]
        + [{"userId": "", "messages": [{"content": "nobody's"}]}],
    )

    assert reply.status == 200, reply.text
    assert reply.json["messageCount"] == "3"
    assert [error["reason"] for error in reply.json["errors"]] == ["FIELD_INVALID"]


def test_facts_and_jobs_have_paths(gateway: Gateway, user: str) -> None:
    """A job is watched as an array of its states; the timeline, what is dead and a requeue have paths."""
    message = {"content": "I live in Austin."}
    ingested = curl(
        f"{gateway.url}/v1/messages:ingest", body={"user_id": user, "messages": [message]}
    )
    job = f"/v1/jobs/{ingested.json['jobId']}"

    watched = curl(f"{gateway.url}{job}:watch")
    conforms(watched, "/v1/jobs/{job_id}:watch", "get")
    assert watched.json[-1]["job"]["state"] == "JOB_STATE_SUCCEEDED"
    got = curl(f"{gateway.url}{job}")
    conforms(got, "/v1/jobs/{job_id}", "get")
    timeline = curl(f"{gateway.url}/v1/users/{user}/timeline?slot=location")
    assert [one["value"] for one in timeline.json["memories"]] == ["Austin"]
    shown = curl(f"{gateway.url}/v1/memories:extract", body={"message": message})
    conforms(shown, "/v1/memories:extract", "post")
    assert shown.json["memories"][0]["slot"] == "location"
    assert curl(f"{gateway.url}/v1/users/{user}:consolidate", body={}).json["jobId"]
    assert curl(f"{gateway.url}/v1/jobs:dead").status == 200
    refused = curl(f"{gateway.url}{job}:requeue", body={})
    assert refused.status == 400
    assert "JOB_NOT_DEAD" in refused.text


@pytest.mark.parametrize(
    ("path", "body", "key", "status", "reason"),
    [
        ("/v1/memories:recall", {"query": "x", "limit": 500}, "acme", 400, "FIELD_INVALID"),
        ("/v1/memories:recall", {"userId": "u", "query": "x"}, "", 401, "CREDENTIAL_INVALID"),
        ("/v1/memories/none", None, "acme", 404, "MEMORY_NOT_FOUND"),
        ("/v1/memories/none/similar", None, "acme", 501, "NOT_IMPLEMENTED"),
        ("/v1/chat", {"userId": "u", "message": "hi"}, "acme", 400, "PROVIDER_NOT_CONFIGURED"),
    ],
)
def test_an_error_is_json_with_its_details(
    gateway: Gateway, path: str, body: object, key: str, status: int, reason: str
) -> None:
    """An error has its HTTP status, and the google.rpc.Status with all details as its body."""
    reply = curl(gateway.url + path, body=body, key=KEYS.get(key, key))

    assert reply.status == status, reply.text
    details = {d["@type"].rpartition(".")[2]: d for d in reply.json["details"]}
    assert details["ErrorInfo"]["reason"] == reason
    assert details["ErrorInfo"]["domain"] == "memsvc.dev"
    assert details["ErrorInfo"]["metadata"]["error_id"]
    assert details["RequestInfo"]["requestId"] == reply.headers["x-request-id"]
    if reason == "FIELD_INVALID":
        fields = {v["field"] for v in details["BadRequest"]["fieldViolations"]}
        assert fields == {"user_id", "limit"}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/nothing", {}, 404),
        ("/v1/memories:recall", {"userid": "x"}, 400),
        ("/v1/users/u/memories?pagesize=3", None, 400),
        ("/v1/memories:recall", [], 400),
    ],
)
def test_what_the_contract_does_not_know_is_refused(
    gateway: Gateway, path: str, body: object, status: int
) -> None:
    """An unknown path, field or parameter, or another shape, is an error and is not passed over."""
    assert curl(gateway.url + path, body=body).status == status


def test_a_request_of_megabytes_passes(gateway: Gateway, user: str) -> None:
    """What the server takes, the gateway does too: 3 MB of messages in one request."""
    messages = [{"content": "elephant " * 11_000} for _ in range(30)]
    reply = curl(
        f"{gateway.url}/v1/messages:ingest",
        body={"userId": user, "messages": messages, "embeddingMode": "EMBEDDING_MODE_DEFERRED"},
    )

    assert reply.status == 200, reply.text
    assert len(reply.json["results"]) == 30


def test_ids_traces_and_deadlines_pass(gateway: Gateway, server: ServerProcess, user: str) -> None:
    """x-request-id and traceparent reach the server's log, and grpc-timeout its deadline."""
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    reply = curl(
        f"{gateway.url}/v1/memories:recall",
        *("--header", f"x-request-id: over-http-{user}"),
        *("--header", f"traceparent: 00-{trace}-00f067aa0ba902b7-01"),
        body={"userId": user, "query": "anything"},
    )
    late = curl(
        f"{gateway.url}/v1/memories:recall",
        *("--header", "grpc-timeout: 1n"),
        body={"userId": user, "query": "anything"},
    )

    assert reply.headers["x-request-id"] == f"over-http-{user}"
    until(
        lambda: [
            line
            for line in server.log_lines()
            if line.get("request_id") == f"over-http-{user}" and line["trace_id"] == trace
        ]
    )
    assert late.status == 504


def test_health_and_the_document_need_no_key(gateway: Gateway) -> None:
    """/healthz tells whether a server is ready; /openapi.json is the document as it is shipped."""
    assert curl(f"{gateway.url}/healthz", key="").status == 200
    served = curl(f"{gateway.url}/openapi.json", key="")
    assert (served.status, served.headers["content-type"]) == (200, "application/json")
    assert served.json == OPENAPI


def test_the_document_is_valid_and_complete() -> None:
    """The document is OpenAPI 3.1, and has every RPC at the path of its annotation."""
    validate(OPENAPI)
    operations = {
        operation["operationId"]
        for path in OPENAPI["paths"].values()
        for operation in path.values()
    }

    assert operations == {
        f"{service.name}_{method.name}"
        for service in SERVICES.values()
        for method in service.methods
    }


@pytest.mark.parametrize(
    ("origin", "is_known"), [("https://app.example", True), ("https://evil.example", False)]
)
def test_browsers_of_known_origins_may_call(
    gateway: Gateway, origin: str, *, is_known: bool
) -> None:
    """A preflight from a configured origin is allowed, one from elsewhere is not."""
    reply = curl(
        f"{gateway.url}/memsvc.v1.MemoryService/Recall",
        *("--request", "OPTIONS", "--header", f"origin: {origin}"),
        *("--header", "access-control-request-method: POST"),
        *("--header", "access-control-request-headers: authorization,content-type,x-grpc-web"),
        key="",
    )

    assert (reply.headers.get("access-control-allow-origin") == origin) is is_known
    if is_known:
        assert "x-grpc-web" in reply.headers["access-control-allow-headers"]
        assert "POST" in reply.headers["access-control-allow-methods"]


def test_grpc_passes_through(gateway: Gateway, user: str) -> None:
    """The same port speaks gRPC: a client needs no second address."""
    with MemoryClient(gateway.url.removeprefix("http://"), api_key=KEYS["acme"]) as client:
        assert client.conscious(user_id=user).memories == []
        assert client.get_server_info().api_versions == ["memsvc.v1"]
        with pytest.raises(NotFound):
            client.get_memory(memory_id="none")
