"""Services without methods of their own: the generated stubs, on the client's terms."""

from __future__ import annotations

import inspect
import uuid
from typing import Any

import grpc
import pytest
from google.protobuf import duration_pb2
from google.rpc import error_details_pb2

import memsvc_client
from memsvc_client import (
    ApproveMemoriesRequest,
    CreateApiKeyRequest,
    ListApiKeysRequest,
    PermissionDenied,
    ResourceExhausted,
    Unavailable,
    with_metadata,
)
from tests.clients.python.scripted_server import (
    ALL_RPCS,
    RPCS,
    ScriptedServer,
    failing,
    info,
    refusing,
)
from tests.clients.python.twins import Connect, Twin


async def called(twin: Twin, service: str, rpc: str, request: Any, **terms: Any) -> Any:
    """Return what a method of a generated stub gives."""
    stub = getattr(twin.client.services, service)
    result = getattr(stub, rpc)(request, **terms)
    return await result if inspect.isawaitable(result) else result


async def test_every_other_rpc_is_within_reach(twin: Twin, server: ScriptedServer) -> None:
    """Each RPC that the client has no method for is one of a stub's, and arrives."""
    for rpc in ALL_RPCS.keys() - RPCS.keys():
        request = getattr(memsvc_client, f"{rpc}Request")()
        stubs = [name for name, stub in vars(twin.client.services).items() if hasattr(stub, rpc)]
        assert len(stubs) == 1, rpc
        await called(twin, stubs[0], rpc, request)

        assert server.received[-1].method == rpc


async def test_the_terms_are_the_clients(connect: Connect, server: ScriptedServer) -> None:
    """Credential, headers and deadline are the client's; those of the call go before them."""
    twin = connect(api_key="k", timeout=5, metadata=[("x-team", "search"), ("x-place", "client")])
    with with_metadata([("x-place", "block")]):
        await called(twin, "api_keys", "ListApiKeys", ListApiKeysRequest())
    await called(
        twin,
        "admin",
        "GetQuota",
        memsvc_client.GetQuotaRequest(),
        timeout=2,
        metadata=[("x-place", "call")],
    )

    one, other = server.received
    assert one.metadata["authorization"] == ["Bearer k"]
    assert one.metadata["x-team"] == ["search"]
    assert one.metadata["x-place"] == ["block"]
    assert 4 < one.time_remaining < 5.5
    assert other.metadata["x-place"] == ["call"]
    assert other.time_remaining < 2.5


async def test_reads_are_retried_and_secrets_are_not(twin: Twin, server: ScriptedServer) -> None:
    """What may be repeated is, on UNAVAILABLE; what gives out a secret is tried once."""
    server.scripts["ListApiKeys"] = failing(grpc.StatusCode.UNAVAILABLE, times=2)
    server.scripts["CreateApiKey"] = failing(grpc.StatusCode.UNAVAILABLE)

    await called(twin, "api_keys", "ListApiKeys", ListApiKeysRequest())
    with pytest.raises(Unavailable):
        await called(twin, "api_keys", "CreateApiKey", CreateApiKeyRequest(name="checkout"))

    assert [call.method for call in server.received] == ["ListApiKeys"] * 3 + ["CreateApiKey"]


async def test_a_write_gets_a_request_id(twin: Twin, server: ScriptedServer) -> None:
    """A request that may carry a request_id gets one; the caller's message stays as it is."""
    request = ApproveMemoriesRequest(memory_ids=["m1"])

    await called(twin, "trust", "ApproveMemories", request)

    assert uuid.UUID(server.received[0].request.request_id)
    assert not request.request_id


async def test_the_errors_are_typed(twin: Twin, server: ScriptedServer) -> None:
    """A call that fails raises what the client's methods raise, with reason, facts and delay."""
    server.scripts["CreateApiKey"] = refusing(
        grpc.StatusCode.PERMISSION_DENIED, "no", info("SCOPE_MISSING", scope="key.admin")
    )
    server.scripts["GetQuota"] = refusing(
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        "slowly",
        info("RATE_LIMITED"),
        error_details_pb2.RetryInfo(retry_delay=duration_pb2.Duration(seconds=2)),
    )

    with pytest.raises(PermissionDenied) as denied:
        await called(twin, "api_keys", "CreateApiKey", CreateApiKeyRequest())
    with pytest.raises(ResourceExhausted) as limited:
        await called(twin, "admin", "GetQuota", memsvc_client.GetQuotaRequest())

    assert (denied.value.reason, denied.value.metadata["scope"]) == ("SCOPE_MISSING", "key.admin")
    assert limited.value.retry_after == pytest.approx(2)
    assert isinstance(limited.value.__cause__, grpc.RpcError)
