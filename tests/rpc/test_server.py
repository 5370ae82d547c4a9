"""The server as operators and their tools see it."""

from __future__ import annotations

import os
import subprocess
import tomllib
import urllib.request
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import grpc
import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2

from memsvc.rpc.server import SERVICES
from memsvc.telemetry import VERSION
from memsvc_client import (
    Capability,
    InvalidArgument,
    MemoryClient,
    MemsvcError,
    Unimplemented,
)
from tests.support.grpcurl import GRPCURL, needs_grpcurl
from tests.support.server import CANARY, KEYS, ServerProcess
from tests.support.texts import say
from tests.support.waiting import until

SERVICE = SERVICES["memsvc.v1.MemoryService"]
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("version", ["v1", "v1alpha"])
def test_reflection_needs_no_credential_and_shows_the_contract(
    server: ServerProcess, version: str
) -> None:
    """Both versions of reflection list our service and hand out its definition."""
    request = reflection_pb2.ServerReflectionRequest
    with grpc.insecure_channel(server.target) as channel:
        method = f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo"
        call = channel.stream_stream(
            method,
            request_serializer=request.SerializeToString,
            response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
        )
        answers = list(
            call(
                iter([
                    request(list_services=""),
                    request(file_containing_symbol="memsvc.v1.MemoryService"),
                ])
            )
        )

    names = {service.name for service in answers[0].list_services_response.service}
    assert {*SERVICES, "grpc.health.v1.Health"} <= names
    files = [
        FileDescriptorProto.FromString(data)
        for data in answers[1].file_descriptor_response.file_descriptor_proto
    ]
    assert "memsvc/v1/memory_service.proto" in {file.name for file in files}


@pytest.mark.parametrize("service", ["", *SERVICES])
def test_health_needs_no_credential(server: ServerProcess, service: str) -> None:
    """Liveness and readiness are told to everybody."""
    with grpc.insecure_channel(server.target) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        reply = health.Check(health_pb2.HealthCheckRequest(service=service), timeout=5)

    assert reply.status == health_pb2.HealthCheckResponse.SERVING


def test_readiness_follows_the_database_and_liveness_does_not(
    tmp_path: Path, model_dir: Path
) -> None:
    """Without its database a server is alive, not ready, and answers UNAVAILABLE with a retry."""
    data, log = tmp_path / "data", tmp_path / "server.log"
    process = ServerProcess(log, data_dir=str(data), model_dir=str(model_dir), drain_seconds="0")
    with process, grpc.insecure_channel(process.target) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        statuses = health_pb2.HealthCheckResponse

        def status(service: str) -> int:
            return int(health.Check(health_pb2.HealthCheckRequest(service=service)).status)

        postmaster = int((data / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(postmaster, 2)  # fast shutdown

        until(lambda: status("memsvc.v1.MemoryService") == statuses.NOT_SERVING)
        assert status("") == statuses.SERVING
        with MemoryClient(process.target) as client, pytest.raises(MemsvcError) as caught:
            client.recall(user_id="u", query="q", timeout=3)
        assert caught.value.reason in {"STORAGE_UNAVAILABLE", "DEADLINE_EXCEEDED", ""}
    assert "Traceback" not in process.log()


NOT_YET: dict[str, Callable[[MemoryClient], object]] = {
    "FindSimilarMemories": lambda c: c.find_similar_memories(memory_id="m"),
}


@pytest.mark.parametrize("method", NOT_YET)
def test_what_is_not_there_yet_says_so(client: MemoryClient, method: str) -> None:
    """An RPC of the contract that this server does not do ends UNIMPLEMENTED and is named."""
    with pytest.raises(Unimplemented) as caught:
        NOT_YET[method](client)

    assert caught.value.reason == "NOT_IMPLEMENTED"
    assert caught.value.metadata["feature"] == f"memsvc.v1.MemoryService/{method}"


def test_the_server_tells_what_it_answers(client: MemoryClient) -> None:
    """GetServerInfo names the version, the contract, and every method but those that say they are not there yet."""
    info = client.get_server_info()

    ours = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert info.version == ours
    assert info.api_versions == ["memsvc.v1"]
    every = {f"{name}/{m.name}" for name, service in SERVICES.items() for m in service.methods}
    assert set(info.methods) == every - {f"memsvc.v1.MemoryService/{name}" for name in NOT_YET}
    assert Capability.CAPABILITY_SEMANTIC_RANKING in info.capabilities
    assert (info.embedder.model, info.embedder.dimension) == (
        "sentence-transformers/all-MiniLM-L6-v2",
        384,
    )


def test_a_server_without_an_embedder_says_so(tmp_path: Path) -> None:
    """What needs vectors is not among the capabilities of a server that makes none."""
    process = ServerProcess(
        tmp_path / "server.log", data_dir=str(tmp_path / "data"), embedder="none", drain_seconds="0"
    )
    with process, MemoryClient(process.target) as client:
        info = client.get_server_info()

    assert not info.HasField("embedder")
    assert Capability.CAPABILITY_SEMANTIC_RANKING not in info.capabilities
    assert Capability.CAPABILITY_OWN_EMBEDDINGS not in info.capabilities
    assert Capability.CAPABILITY_CONTEXTUAL_RANKING in info.capabilities


def test_a_call_is_logged_with_its_trace(server: ServerProcess, client: MemoryClient) -> None:
    """The trace of a W3C traceparent stands in the call's line; what is none is left out."""
    trace = uuid4().hex
    ids = [f"test-{uuid4()}" for _ in range(3)]
    parents = (f"00-{trace}-00f067aa0ba902b7-01", f"00-{'0' * 32}-00f067aa0ba902b7-01", "nonsense")
    for request_id, parent in zip(ids, parents, strict=True):
        client.get_server_info(
            call_metadata=(("x-request-id", request_id), ("traceparent", parent))
        )

    def logged() -> dict[object, object]:
        lines = [line for line in server.log_lines() if line.get("request_id") in ids]
        return {line["request_id"]: line.get("trace_id") for line in lines}

    until(lambda: len(logged()) == 3)
    assert logged() == {ids[0]: trace, ids[1]: None, ids[2]: None}


def test_one_line_a_call_with_its_id_and_without_its_text(
    server: ServerProcess, client: MemoryClient, user: str
) -> None:
    """Each call is logged once: method, code, duration, id, tenant; never what was said."""
    ids = [f"test-{uuid4()}" for _ in range(3)]
    for request_id in ids[:2]:
        client.recall(
            user_id=user, query=f"{CANARY}?", call_metadata=(("x-request-id", request_id),)
        )
    with pytest.raises(InvalidArgument) as caught:
        client.recall(user_id=user, query="", call_metadata=(("x-request-id", ids[2]),))

    def logged() -> list[dict[str, object]]:
        return [line for line in server.log_lines() if line.get("request_id") in ids]

    lines = until(lambda: logged() if len(logged()) >= 3 else [])
    assert Counter(line["request_id"] for line in lines) == Counter(ids)
    assert [line["code"] for line in lines] == ["OK", "OK", "INVALID_ARGUMENT"]
    assert {line["tenant"] for line in lines} == {"acme"}
    assert all(line["method"] == "/memsvc.v1.MemoryService/Recall" for line in lines)
    assert all(isinstance(line["duration_ms"], float) for line in lines)
    assert caught.value.request_id == ids[2]
    assert lines[2]["error_id"] == caught.value.error_id
    assert user not in server.log()


def test_the_trailers_tell_the_request_id_and_the_version(server: ServerProcess) -> None:
    """x-request-id comes back in the trailers, and is made where none was sent; so does who answered."""
    with grpc.insecure_channel(server.target) as channel:
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(
            f"/{SERVICE.full_name}/Recall"
        )
        for sent in ((("x-request-id", "mine"),), ()):
            with pytest.raises(grpc.RpcError) as caught:
                call(b"", metadata=(*sent, ("x-api-key", KEYS["acme"])), timeout=5)
            assert isinstance(caught.value, grpc.Call)
            trailers = dict(caught.value.trailing_metadata())
            assert trailers["x-request-id"] == "mine" if sent else trailers["x-request-id"]
            assert trailers["x-memsvc-version"] == VERSION


@needs_grpcurl
class TestGrpcurl:
    """grpcurl, as a person would use it."""

    def run(self, _: ServerProcess, *arguments: str, status: int = 0) -> str:
        """Run it against the server and return what it prints."""
        command = [str(GRPCURL), "-plaintext", "-H", f"authorization: Bearer {KEYS['acme']}"]
        done = subprocess.run(
            [*command, *arguments], capture_output=True, text=True, timeout=60, check=False
        )
        assert bool(done.returncode) == bool(status), done.stderr
        return done.stdout + done.stderr

    def test_it_lists_and_describes_every_method(self, server: ServerProcess) -> None:
        """List and describe show the service with all its RPCs."""
        listed = self.run(server, server.target, "list", SERVICE.full_name)
        described = self.run(server, server.target, "describe", SERVICE.full_name)

        for method in SERVICE.methods:
            assert f"{SERVICE.full_name}.{method.name}" in listed
            assert f"rpc {method.name} (" in described

    def test_it_calls_every_implemented_method(
        self, server: ServerProcess, client: MemoryClient, user: str
    ) -> None:
        """Each RPC answers to JSON on the command line."""
        say(client, user, "I live in Austin.")
        note = client.create_memory(user_id=user, content="note").memory.memory_id
        more = client.create_memory(user_id=user, content="more").memory.memory_id
        bodies = {
            "Ingest": f'{{"user_id": "{user}", "messages": [{{"content": "hello"}}]}}',
            "IngestStream": f'{{"user_id": "{user}", "messages": [{{"content": "hello"}}]}}',
            "Recall": f'{{"user_id": "{user}", "query": "where?", "explain": true}}',
            "Evaluate": (
                f'{{"queries": [{{"user_id": "{user}", "query": "?", "relevant_ids": ["m"]}}]}}'
            ),
            "Search": f'{{"user_id": "{user}", "query": "austin"}}',
            "Conscious": f'{{"user_id": "{user}"}}',
            "CreateMemory": f'{{"user_id": "{user}", "content": "a note"}}',
            "GetMemory": f'{{"memory_id": "{note}"}}',
            "GetMemorySource": f'{{"memory_id": "{note}"}}',
            "ListMemories": f'{{"user_id": "{user}"}}',
            "UpdateMemory": f'{{"memory": {{"memory_id": "{note}", "content": "new"}}}}',
            "DeleteMemory": f'{{"memory_id": "{note}"}}',
            "BatchDeleteMemories": f'{{"memory_ids": ["{more}"]}}',
            "ListMemoryTimeline": f'{{"user_id": "{user}"}}',
            "Consolidate": f'{{"user_id": "{user}"}}',
            "ExtractFacts": '{"message": {"content": "I live in Austin."}}',
        }
        # Chat needs a provider: see the next test.
        others = NOT_YET.keys() | {"Chat"}
        assert bodies.keys() | others == {method.name for method in SERVICE.methods}
        for name, body in bodies.items():
            self.run(server, "-d", body, server.target, f"{SERVICE.full_name}/{name}")
        self.run(server, server.target, "memsvc.v1.AdminService/GetServerInfo")
        job_id = client.ingest(user_id=user, messages=[{"content": "I'm 32."}]).job_id
        body = f'{{"job_id": "{job_id}"}}'
        self.run(server, "-d", body, server.target, "memsvc.v1.JobService/GetJob")
        shown = self.run(server, "-d", body, server.target, "memsvc.v1.JobService/WatchJob")
        assert "JOB_STATE_SUCCEEDED" in shown
        self.run(server, server.target, "memsvc.v1.JobService/ListDeadJobs")

    def test_it_shows_which_setting_a_chat_needs(self, server: ServerProcess) -> None:
        """A chat with a server that has no provider is refused with the setting that would name one."""
        body = '{"user_id": "u", "message": "Hello!"}'
        shown = self.run(server, "-d", body, server.target, f"{SERVICE.full_name}/Chat", status=1)

        assert "PROVIDER_NOT_CONFIGURED" in shown
        assert '"setting": "chat_providers"' in shown

    def test_it_shows_what_is_wrong(self, server: ServerProcess) -> None:
        """A wrong request is answered with a BadRequest that names the field."""
        shown = self.run(
            server,
            *("-d", '{"query": "x", "limit": 500}', server.target),
            f"{SERVICE.full_name}/Recall",
            status=1,
        )

        assert "InvalidArgument" in shown
        assert "google.rpc.BadRequest" in shown
        assert '"field": "user_id"' in shown
        assert '"reason": "FIELD_INVALID"' in shown


def test_metrics_stand_where_the_settings_say(tmp_path: Path) -> None:
    """Metrics are served on the address and port that are set, and name methods and no tenants."""
    process = ServerProcess(
        tmp_path / "server.log",
        data_dir=str(tmp_path / "data"),
        embedder="none",
        admin_host="127.0.0.2",
        drain_seconds="0",
    )
    with process, MemoryClient(process.target) as client:
        client.get_server_info()
        port = next(line["port"] for line in process.log_lines() if line["event"] == "metrics")
        with urllib.request.urlopen(f"http://127.0.0.2:{port}/metrics", timeout=5) as reply:
            text = reply.read().decode()

    assert 'grpc_method="/memsvc.v1.AdminService/GetServerInfo"' in text
    assert "tenant" not in text
