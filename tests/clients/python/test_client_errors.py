"""What a call raises: typed, with all that the server said."""

from __future__ import annotations

import pickle  # ruff: ignore[suspicious-pickle-import] - for our own bytes
from typing import Any

import grpc
import pytest
from google.protobuf import any_pb2, duration_pb2
from google.rpc import error_details_pb2, status_pb2

import memsvc_client
from memsvc_client import MemsvcError
from memsvc_client.error_details import ErrorDetails, read_details
from tests.clients.python.scripted_server import RPCS, ScriptedServer, info, refusing
from tests.clients.python.twins import Twin

RECALL: dict[str, Any] = {"user_id": "ana", "query": "where?"}
CLASSES = {
    grpc.StatusCode.INVALID_ARGUMENT: memsvc_client.InvalidArgument,
    grpc.StatusCode.NOT_FOUND: memsvc_client.NotFound,
    grpc.StatusCode.ALREADY_EXISTS: memsvc_client.AlreadyExists,
    grpc.StatusCode.ABORTED: memsvc_client.Aborted,
    grpc.StatusCode.UNAUTHENTICATED: memsvc_client.Unauthenticated,
    grpc.StatusCode.PERMISSION_DENIED: memsvc_client.PermissionDenied,
    grpc.StatusCode.RESOURCE_EXHAUSTED: memsvc_client.ResourceExhausted,
    grpc.StatusCode.UNAVAILABLE: memsvc_client.Unavailable,
    grpc.StatusCode.DEADLINE_EXCEEDED: memsvc_client.DeadlineExceeded,
    grpc.StatusCode.UNIMPLEMENTED: memsvc_client.Unimplemented,
    grpc.StatusCode.FAILED_PRECONDITION: memsvc_client.FailedPrecondition,
    grpc.StatusCode.INTERNAL: memsvc_client.Internal,
    grpc.StatusCode.CANCELLED: memsvc_client.Cancelled,
    grpc.StatusCode.DATA_LOSS: memsvc_client.DataLoss,
    grpc.StatusCode.UNKNOWN: MemsvcError,
    grpc.StatusCode.OUT_OF_RANGE: MemsvcError,
}


async def raised(twin: Twin) -> MemsvcError:
    """Return what a Recall raises."""
    with pytest.raises(MemsvcError) as caught:
        await twin.call("recall", **RECALL)
    return caught.value


def test_every_status_is_known() -> None:
    """No status but OK is left out of the table."""
    assert set(grpc.StatusCode) - {grpc.StatusCode.OK} == set(CLASSES)


@pytest.mark.parametrize("code", CLASSES)
async def test_each_status_has_its_class(
    twin: Twin, server: ScriptedServer, code: grpc.StatusCode
) -> None:
    """The class follows from the status; reason, text and the cause come with it."""
    server.scripts["Recall"] = refusing(code, "no luck", info("SOME_REASON", error_id="e1"))

    error = await raised(twin)

    assert type(error) is CLASSES[code]
    assert (error.code, error.reason, error.message) == (code, "SOME_REASON", "no luck")
    assert error.error_id == "e1"
    assert str(error) == f"{code.name} SOME_REASON: no luck (error_id e1)"
    assert isinstance(error.__cause__, grpc.RpcError)


async def test_details_are_read(twin: Twin, server: ScriptedServer) -> None:
    """Field violations, the delay, the request and further facts stand in the error."""
    violation = error_details_pb2.BadRequest.FieldViolation
    server.scripts["Recall"] = refusing(
        grpc.StatusCode.INVALID_ARGUMENT,
        "two mistakes",
        info("FIELD_INVALID", error_id="e1", field="user_id"),
        error_details_pb2.BadRequest(
            field_violations=[
                violation(field="user_id", description="must not be empty", reason="R"),
                violation(field="limit", description="must be at most 100"),
            ]
        ),
        error_details_pb2.RetryInfo(
            retry_delay=duration_pb2.Duration(seconds=1, nanos=500_000_000)
        ),
        error_details_pb2.RequestInfo(request_id="r1", serving_data="none of ours"),
        error_details_pb2.Help(),
    )

    error = await raised(twin)

    assert error.field_violations == [
        ("user_id", "must not be empty"),
        ("limit", "must be at most 100"),
    ]
    assert error.retry_after == pytest.approx(1.5)
    assert error.request_id == "r1"
    assert error.metadata == {"error_id": "e1", "field": "user_id"}


async def test_an_error_without_details_is_plain(twin: Twin, server: ScriptedServer) -> None:
    """Without details every attribute is empty, and the error still has its class."""

    def script(_: Any, context: grpc.ServicerContext) -> None:
        context.abort(grpc.StatusCode.ABORTED, "plain")

    server.scripts["Recall"] = script

    error = await raised(twin)

    assert type(error) is memsvc_client.Aborted
    assert (error.reason, error.error_id, error.request_id) == ("", "", "")
    assert (error.metadata, error.field_violations, error.retry_after) == ({}, [], None)
    assert str(error) == "ABORTED: plain"


async def test_the_reason_is_the_servers_own(twin: Twin, server: ScriptedServer) -> None:
    """An ErrorInfo of another domain, of a proxy for example, gives no reason."""
    server.scripts["Recall"] = refusing(
        grpc.StatusCode.UNAVAILABLE,
        "no",
        info("RATE_LIMITED", domain="proxy.example", error_id="p"),
    )

    error = await raised(twin)

    assert (error.reason, error.error_id, error.metadata) == ("", "", {})


async def test_an_old_server_is_named_as_such(twin: Twin, server: ScriptedServer) -> None:
    """A method that the server does not know asks for an upgrade of the server."""
    server.missing.add("Recall")

    error = await raised(twin)

    assert type(error) is memsvc_client.Unimplemented
    assert "does not know the method Recall; upgrade the server" in error.message


async def test_what_the_server_leaves_out_is_its_own_matter(
    twin: Twin, server: ScriptedServer
) -> None:
    """UNIMPLEMENTED by the server itself keeps the server's words."""
    server.scripts["Recall"] = refusing(
        grpc.StatusCode.UNIMPLEMENTED, "no language model", info("NOT_IMPLEMENTED")
    )

    error = await raised(twin)

    assert (error.reason, error.message) == ("NOT_IMPLEMENTED", "no language model")


@pytest.mark.parametrize("method", RPCS)
def test_a_method_is_named_like_its_request(method: str) -> None:
    """The name of a method follows from its request, as error texts rely on."""
    assert RPCS[method].input_type.name == f"{method}Request"


async def test_no_server_is_unavailable(twin: Twin, server: ScriptedServer) -> None:
    """A server that is not there raises Unavailable, without a reason."""
    server.stop()

    error = await raised(twin)

    assert type(error) is memsvc_client.Unavailable
    assert not error.reason


def test_errors_can_be_pickled() -> None:
    """An error passes between processes whole."""
    details = ErrorDetails("ETAG_MISMATCH", {"error_id": "e1"}, [("memory.etag", "old")], 0.5, "r1")
    error = memsvc_client.Aborted(grpc.StatusCode.ABORTED, "changed", details)

    copy = pickle.loads(pickle.dumps(error))  # ruff: ignore[suspicious-pickle-usage] - our own bytes

    assert type(copy) is memsvc_client.Aborted
    assert vars(copy) == vars(error)


def test_the_private_messages_have_the_public_shape() -> None:
    """What the googleapis classes write is read back in full, map and 64-bit numbers included."""
    details = [
        error_details_pb2.ErrorInfo(
            reason="R", domain="memsvc.dev", metadata={"a": "1", "b": "ü", "error_id": "e"}
        ),
        error_details_pb2.RetryInfo(retry_delay=duration_pb2.Duration(seconds=2**33, nanos=1)),
    ]
    status = status_pb2.Status(code=3, message="m")
    for detail in details:
        packed = any_pb2.Any()
        packed.Pack(detail, "elsewhere.example/")
        status.details.append(packed)

    found = read_details([("grpc-status-details-bin", status.SerializeToString())])

    assert found.metadata == {"a": "1", "b": "ü", "error_id": "e"}
    assert found.retry_after == pytest.approx(2**33)


@pytest.mark.parametrize("trailer", [b"\xff\xff", b"", "text"])
def test_unreadable_details_count_as_none(trailer: str | bytes) -> None:
    """A trailer that is no Status does not hide the error that it came with."""
    trailers = [("grpc-status-details-bin", trailer), ("x-request-id", "r1")]

    assert read_details(trailers) == ErrorDetails(request_id="r1")
