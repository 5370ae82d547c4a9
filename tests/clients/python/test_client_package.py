"""The package: what it offers, and that its copies are copies."""

from __future__ import annotations

import ast
import builtins
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import memsvc_client
from memsvc_client import channel
from memsvc_client._pb import (
    admin_service_pb2,
    api_key_service_pb2,
    auth_service_pb2,
    chat_pb2,
    conversation_service_pb2,
    error_reason_pb2,
    job_service_pb2,
    memory_pb2,
    memory_service_pb2,
    persona_service_pb2,
    profile_service_pb2,
    project_service_pb2,
    provider_service_pb2,
    ranking_pb2,
    retention_service_pb2,
    trust_service_pb2,
    user_service_pb2,
)
from tests.clients.python.scripted_server import RPCS, SERVICES, ScriptedServer

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "clients/python/src/memsvc_client"
#: What the programs of the README take as given.
EXAMPLE_NAMES = {"client", "datetime", "UTC", "memory_id", "forget", "come_back_in", "log"} | {
    "archive",
    "parent",
    "openai",
}


def test_every_message_and_enum_is_public() -> None:
    """All types of the contract stand in the package under their own names, and they are those."""
    for module in (
        admin_service_pb2,
        api_key_service_pb2,
        auth_service_pb2,
        chat_pb2,
        conversation_service_pb2,
        error_reason_pb2,
        job_service_pb2,
        memory_pb2,
        memory_service_pb2,
        persona_service_pb2,
        profile_service_pb2,
        project_service_pb2,
        provider_service_pb2,
        ranking_pb2,
        retention_service_pb2,
        trust_service_pb2,
        user_service_pb2,
    ):
        file = module.DESCRIPTOR
        for name in (*file.message_types_by_name, *file.enum_types_by_name):
            assert name in memsvc_client.__all__
            assert getattr(memsvc_client, name) is getattr(module, name)


def test_every_public_name_exists() -> None:
    """`from memsvc_client import *` works, and names nothing twice."""
    assert len(set(memsvc_client.__all__)) == len(memsvc_client.__all__)
    assert all(hasattr(memsvc_client, name) for name in memsvc_client.__all__)


def test_every_public_thing_is_explained() -> None:
    """Classes and functions of the client's own, and their public methods, have docstrings."""
    for name in memsvc_client.__all__:
        thing = getattr(memsvc_client, name)
        if not getattr(thing, "__module__", "").startswith("memsvc_client"):
            continue
        assert thing.__doc__, name
        ours = [
            kind
            for kind in getattr(thing, "__mro__", ())
            if kind.__module__.startswith("memsvc_client")
        ]
        methods = [member for kind in ours for key, member in vars(kind).items() if key[0] != "_"]
        assert all(member.__doc__ for member in methods if callable(member)), name


def method_name(rpc: str) -> str:
    """Return what the method of an RPC is called."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", rpc).lower()


def test_both_clients_have_the_same_methods() -> None:
    """What one client can do the other can: one method for each RPC, and the same arguments."""
    sync, asynchronous = memsvc_client.MemoryClient, memsvc_client.AsyncMemoryClient
    methods = {name for name in dir(sync) if name[0] != "_"} - {"services"}

    assert methods == {name for name in dir(asynchronous) if name[0] != "_"} - {"services"}
    assert methods - {"close", "wait_until_ready"} == {method_name(rpc) for rpc in RPCS}
    for name in methods - {"ingest_stream", "import_user"}:  # they take asynchronous iterators too
        expected = dict(getattr(sync, name).__annotations__, **{"return": ""})
        assert dict(getattr(asynchronous, name).__annotations__, **{"return": ""}) == expected


def test_the_generated_code_is_the_servers() -> None:
    """Client and server hold the same bytes of generated code."""
    ours, servers = PACKAGE / "_pb", ROOT / "memsvc/v1"
    names = {path.name for path in ours.iterdir() if path.is_file()}

    assert names == {path.name for path in servers.iterdir() if path.is_file()}
    for name in names:
        assert (ours / name).read_bytes() == (servers / name).read_bytes(), name


def test_the_service_config_is_the_contracts() -> None:
    """The packaged service config holds the bytes of the contract's."""
    contract = ROOT / "proto/memsvc/v1/memsvc_grpc_service_config.json"

    assert contract.read_bytes() == (PACKAGE / "service_config.json").read_bytes()


def test_the_service_config_names_what_may_be_repeated() -> None:
    """A unary method is retried on UNAVAILABLE if the contract says that it may be called again."""
    config = json.loads((PACKAGE / "service_config.json").read_text("utf-8"))
    named = [
        (name["service"], name["method"])
        for method in config["methodConfig"]
        for name in method["name"]
    ]

    assert sorted(named) == sorted(
        (service.full_name, method.name)
        for service in SERVICES
        for method in service.methods
        if method.GetOptions().idempotency_level
        and not (method.client_streaming or method.server_streaming)
    )
    secrets = {"Login", "Refresh", "Register", "ChangePassword", "CreateApiKey", "RotateApiKey"}
    assert not secrets & {method for _, method in named}
    codes = [m["retryPolicy"]["retryableStatusCodes"] for m in config["methodConfig"]]
    assert codes == [["UNAVAILABLE"]]


def test_the_channel_is_given_no_timeouts() -> None:
    """The config that the channel gets differs from the file in its timeouts alone."""
    config = json.loads((PACKAGE / "service_config.json").read_text("utf-8"))
    for method in config["methodConfig"]:
        assert method.pop("timeout") == f"{memsvc_client.calls.DEFAULT_TIMEOUT_SECONDS:g}s"

    assert json.loads(channel.service_config()) == config


def test_the_package_needs_grpc_and_protobuf_alone() -> None:
    """The client can conflict with nothing else in a program."""
    project = tomllib.loads((ROOT / "clients/python/pyproject.toml").read_text("utf-8"))["project"]

    assert project["dependencies"] == ["grpcio>=1.74,<2", "protobuf>=6.31.1,<8"]


def test_the_private_messages_need_no_googleapis() -> None:
    """Importing the client does not load google.rpc."""
    code = "import sys, memsvc_client; assert 'google.rpc' not in sys.modules"
    environment = {"PYTHONPATH": str(PACKAGE.parent)}

    subprocess.run([sys.executable, "-c", code], check=True, env=environment)


def test_the_package_is_typed() -> None:
    """Type checkers of other programs read the package's types."""
    assert (PACKAGE / "py.typed").exists()


def programs() -> list[str]:
    """Return the programs in the README."""
    text = (ROOT / "clients/python/README.md").read_text("utf-8")
    return [part.partition("```")[0] for part in text.split("```python\n")[1:]]


def test_the_first_program_runs(server: ScriptedServer, capsys: pytest.CaptureFixture[str]) -> None:
    """The README begins with a program of ten lines that stores and recalls."""

    def remembered(_: object, __: object) -> memsvc_client.RecallResponse:
        return memsvc_client.RecallResponse(context_block="You live in Austin.")

    server.scripts["Recall"] = remembered
    program = programs()[0]

    exec(program.replace("127.0.0.1:50051", server.target), {})  # ruff: ignore[exec-builtin] - our own program

    assert len(program.splitlines()) <= 10
    assert [call.method for call in server.received] == ["Ingest", "Recall"]
    assert capsys.readouterr().out == "You live in Austin.\n"


def test_the_other_programs_are_valid() -> None:
    """All programs of the README are Python, and use only names that exist."""
    names = {*memsvc_client.__all__, *dir(builtins), *EXAMPLE_NAMES}
    for program in programs():
        tree = compile(
            program, "README", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        )
        found = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
        stored = {name.id for name in found if isinstance(name.ctx, ast.Store)}
        caught = {n.name for n in ast.walk(tree) if isinstance(n, ast.ExceptHandler) and n.name}

        assert {name.id for name in found} <= names | stored | caught


def test_the_channel_keeps_alive_and_reconnects_soon() -> None:
    """Pings stay within what servers allow; a lost server is tried again within two seconds."""
    arguments = dict(channel.channel_arguments(1024, ()))

    keepalive = ("time_ms", "timeout_ms", "permit_without_calls")
    assert [arguments[f"grpc.keepalive_{name}"] for name in keepalive] == [60_000, 20_000, 0]
    backoff = [arguments[f"grpc.{name}_reconnect_backoff_ms"] for name in ("initial", "max")]
    assert backoff == [200, 2_000]
    # Also the time for one attempt to connect: enough for TLS across an ocean.
    assert arguments["grpc.min_reconnect_backoff_ms"] == 2_000
