"""On which terms calls are made: deadlines, retries, metadata, and the life of a client."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import grpc
import pytest

import memsvc_client
from memsvc_client import (
    AsyncMemoryClient,
    Cancelled,
    ClientOptions,
    DeadlineExceeded,
    IngestStreamRequest,
    MemoryClient,
    ResourceExhausted,
    Unavailable,
    with_metadata,
)
from tests.clients.python.scripted_server import ScriptedServer, events, failing, paging
from tests.clients.python.test_client_requests import METHODS, STREAMS
from tests.clients.python.twins import Connect, Twin, drained

RECALL: dict[str, Any] = {"user_id": "ana", "query": "where?"}


@pytest.mark.parametrize("method", [name for name in METHODS if name not in STREAMS])
async def test_calls_have_ten_seconds(twin: Twin, server: ScriptedServer, method: str) -> None:
    """Every unary call carries a deadline, ten seconds by default."""
    await twin.run(method, **METHODS[method][1])

    assert 9 < server.received[0].time_remaining < 10.5


async def test_streams_have_five_minutes(connect: Connect, server: ScriptedServer) -> None:
    """Streams carry a deadline of 300 seconds, whatever the client's is for unary calls."""
    twin = connect(timeout=5)

    await twin.items("chat", user_id="ana", message="Hello!")
    await twin.items("watch_job", job_id="j1")
    await twin.call("ingest_stream", [])

    assert all(298 < call.time_remaining < 302 for call in server.received)


async def test_the_clients_timeout_is_the_default(connect: Connect, server: ScriptedServer) -> None:
    """The client's timeout replaces the ten seconds, and the call's replaces the client's."""
    twin = connect(timeout=5)

    await twin.call("recall", **RECALL)
    await twin.call("recall", **RECALL, timeout=2)
    await twin.items("chat", user_id="ana", message="Hello!", timeout=3)

    remaining = [call.time_remaining for call in server.received]
    assert remaining == pytest.approx([5, 2, 3], abs=0.9)


async def test_a_late_answer_raises_deadline_exceeded(twin: Twin, server: ScriptedServer) -> None:
    """When the time is over the call raises, and the server is told."""
    over = threading.Event()

    def wait(_: Any, context: grpc.ServicerContext) -> None:
        context.add_callback(over.set)
        over.wait(30)

    server.scripts["Recall"] = wait

    with pytest.raises(DeadlineExceeded) as caught:
        await twin.call("recall", **RECALL, timeout=0.1)

    assert not caught.value.reason
    assert await asyncio.to_thread(over.wait, 10)


@pytest.mark.parametrize(
    "method", [name for name in METHODS if name not in STREAMS | {"reopen_user"}]
)
async def test_unavailable_is_retried(twin: Twin, server: ScriptedServer, method: str) -> None:
    """A server that is unavailable for a moment is not noticed."""
    rpc, fields = METHODS[method]
    server.scripts[rpc] = failing(grpc.StatusCode.UNAVAILABLE, times=1)

    await twin.run(method, **fields)

    assert len(server.received) == 2


async def test_retries_end(twin: Twin, server: ScriptedServer) -> None:
    """After four attempts the call raises."""
    server.scripts["Recall"] = failing(grpc.StatusCode.UNAVAILABLE)

    with pytest.raises(Unavailable):
        await twin.call("recall", **RECALL)

    assert len(server.received) == 4


@pytest.mark.parametrize(
    "code",
    [grpc.StatusCode.ABORTED, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.INTERNAL],
)
async def test_other_errors_are_not_retried(
    twin: Twin, server: ScriptedServer, code: grpc.StatusCode
) -> None:
    """What is not UNAVAILABLE is for the caller to decide."""
    server.scripts["Recall"] = failing(code)

    with pytest.raises(memsvc_client.MemsvcError):
        await twin.call("recall", **RECALL)

    assert len(server.received) == 1


@pytest.mark.parametrize(
    ("rpc", "method", "arguments"),
    [
        ("Chat", "chat", []),
        ("WatchJob", "watch_job", []),
        ("IngestStream", "ingest_stream", [[IngestStreamRequest()]]),
    ],
)
async def test_streams_are_not_retried(
    twin: Twin, server: ScriptedServer, rpc: str, method: str, arguments: list[Any]
) -> None:
    """A stream that breaks is for the caller to begin anew."""

    def script(_: Any, context: grpc.ServicerContext) -> None:
        context.abort(grpc.StatusCode.UNAVAILABLE, "scripted")

    server.scripts[rpc] = script

    with pytest.raises(Unavailable):
        await twin.run(method, *arguments)

    assert len(server.received) == 1


async def test_the_key_travels_as_a_bearer_token(connect: Connect, server: ScriptedServer) -> None:
    """The API key stands in the authorization header of every call, and nowhere without one."""
    await connect(api_key="secret").call("recall", **RECALL)
    await connect(api_key="secret").items("chat", user_id="ana", message="Hello!")
    await connect().call("recall", **RECALL)

    headers = [call.metadata.get("authorization") for call in server.received]
    assert headers == [["Bearer secret"], ["Bearer secret"], None]


async def test_metadata_of_client_context_and_call_add_up(
    connect: Connect, server: ScriptedServer
) -> None:
    """Headers of the client, of with_metadata and of the call are all sent, keys in lower case."""
    twin = connect(metadata=[("X-Tenant-Hint", "a"), ("multi", "1"), ("multi", "2")])

    with with_metadata([("traceparent", "00-1"), ("x-trace-bin", b"\x00\xff")]):
        await twin.call("recall", **RECALL, call_metadata=[("x-request-id", "r1")])

    metadata = server.received[0].metadata
    assert metadata["x-tenant-hint"] == ["a"]
    assert metadata["multi"] == ["1", "2"]
    assert metadata["traceparent"] == ["00-1"]
    assert metadata["x-trace-bin"] == [b"\x00\xff"]
    assert metadata["x-request-id"] == ["r1"]


async def test_the_nearest_metadata_wins(connect: Connect, server: ScriptedServer) -> None:
    """A key of the call replaces that of an inner block, an outer block, the client, the key."""
    twin = connect(api_key="key", metadata=[("authorization", "client")])

    with with_metadata([("Authorization", "outer")]):
        await twin.call("recall", **RECALL)
        with with_metadata([("authorization", "inner")]):
            await twin.call("recall", **RECALL)
            await twin.call("recall", **RECALL, call_metadata=[("authorization", "call")])
        await twin.call("recall", **RECALL)
    await twin.call("recall", **RECALL)

    sent = [call.metadata["authorization"] for call in server.received]
    assert sent == [["outer"], ["inner"], ["call"], ["outer"], ["client"]]


async def test_tasks_do_not_share_metadata(server: ScriptedServer) -> None:
    """Headers of one asyncio task do not show in the calls of another."""
    async with AsyncMemoryClient(server.target) as client:
        ready = asyncio.Barrier(2)

        async def recall(user_id: str) -> None:
            with with_metadata([("x-request-id", user_id)]):
                await ready.wait()
                await client.recall(user_id=user_id, query="where?")

        await asyncio.gather(recall("ana"), recall("ben"))

    for call in server.received:
        assert call.metadata["x-request-id"] == [call.request.user_id]


async def test_what_is_iterated_later_keeps_its_metadata(
    twin: Twin, server: ScriptedServer
) -> None:
    """A pager and a chat carry the headers of the block in which they were made."""
    pages = [[{"memory_id": "1"}], [{"memory_id": "2"}]]
    server.scripts["ListMemories"] = paging(memsvc_client.ListMemoriesResponse, "memories", pages)
    server.scripts["Chat"] = events({"delta": {"text": "Hi"}})

    with with_metadata([("x-request-id", "r1")]):
        pager = await twin.call("list_memories", user_id="ana")
        answer = await twin.call("chat", user_id="ana", message="Hello!")
    await drained(pager)
    await drained(answer)

    assert [call.metadata["x-request-id"] for call in server.received] == [["r1"]] * 3


async def test_data_of_a_memory_is_not_of_the_call(twin: Twin, server: ScriptedServer) -> None:
    """create_memory takes the memory's metadata and the call's, and keeps them apart."""
    await twin.call(
        "create_memory",
        user_id="ana",
        content="likes tea",
        metadata={"source": "form"},
        call_metadata=[("x-request-id", "r1")],
    )

    assert server.received[0].request.metadata["source"] == "form"
    assert server.received[0].metadata["x-request-id"] == ["r1"]


async def test_large_answers_need_the_option(connect: Connect, server: ScriptedServer) -> None:
    """An answer above max_message_bytes raises; 4 MiB is the default."""

    def script(_: Any, __: grpc.ServicerContext) -> memsvc_client.RecallResponse:
        return memsvc_client.RecallResponse(context_block="x" * 5 * 1024 * 1024)

    server.scripts["Recall"] = script

    with pytest.raises(ResourceExhausted):
        await connect().call("recall", **RECALL)
    answer = await connect(max_message_bytes=6 * 1024 * 1024).call("recall", **RECALL)

    assert len(answer.context_block) == 5 * 1024 * 1024


async def test_channel_options_are_passed_on(connect: Connect, server: ScriptedServer) -> None:
    """Options of the caller's reach the channel and replace the client's own."""
    options: ClientOptions[Any] = ClientOptions(
        channel_options=[
            ("grpc.primary_user_agent", "notebook"),
            ("grpc.max_receive_message_length", 10),
        ]
    )

    def script(_: Any, __: grpc.ServicerContext) -> memsvc_client.RecallResponse:
        return memsvc_client.RecallResponse(context_block="more than ten bytes")

    server.scripts["Recall"] = script

    with pytest.raises(ResourceExhausted):
        await connect(options=options).call("recall", **RECALL)

    assert str(server.received[0].metadata["user-agent"][0]).startswith("notebook ")


class Stamp(grpc.UnaryUnaryClientInterceptor):
    """Counts the calls that pass."""

    calls = 0

    def intercept_unary_unary(
        self, continuation: Any, client_call_details: Any, request: Any
    ) -> Any:
        """Count and go on."""
        self.calls += 1
        return continuation(client_call_details, request)


class AsyncStamp(grpc.aio.UnaryUnaryClientInterceptor):
    """Counts the calls that pass."""

    calls = 0

    async def intercept_unary_unary(
        self, continuation: Any, client_call_details: Any, request: Any
    ) -> Any:
        """Count and go on."""
        self.calls += 1
        return await continuation(client_call_details, request)


async def test_interceptors_see_the_calls(server: ScriptedServer) -> None:
    """Interceptors of the caller's see every call, and its errors stay typed."""
    stamp, async_stamp = Stamp(), AsyncStamp()
    server.scripts["Conscious"] = failing(grpc.StatusCode.ABORTED)

    with MemoryClient(server.target, options=ClientOptions(interceptors=[stamp])) as client:
        client.recall(user_id="ana", query="where?")
        with pytest.raises(memsvc_client.Aborted):
            client.conscious(user_id="ana")
    options = ClientOptions(interceptors=[async_stamp])
    async with AsyncMemoryClient(server.target, options=options) as async_client:
        await async_client.recall(user_id="ana", query="where?")
        with pytest.raises(memsvc_client.Aborted):
            await async_client.conscious(user_id="ana")

    assert (stamp.calls, async_stamp.calls) == (2, 2)


async def test_credentials_of_grpc_are_used(connect: Connect, server: ScriptedServer) -> None:
    """Channel credentials given as *secure* make the connection."""
    twin = connect(server.secure_target, secure=grpc.local_channel_credentials(), api_key="secret")

    await twin.call("recall", **RECALL)

    assert server.received[0].metadata["authorization"] == ["Bearer secret"]


async def test_secure_never_speaks_plaintext(connect: Connect, server: ScriptedServer) -> None:
    """With secure=True nothing is sent to a server that does not speak TLS."""
    with pytest.raises(Unavailable):
        await connect(secure=True, api_key="secret").call("recall", **RECALL)

    assert not server.received


async def test_ready_when_the_server_is(twin: Twin) -> None:
    """wait_until_ready returns once the server takes connections."""
    await twin.call("wait_until_ready", 10)


async def test_not_ready_without_a_server(connect: Connect, server: ScriptedServer) -> None:
    """wait_until_ready raises Unavailable after its time, by default the client's timeout."""
    server.stop()

    with pytest.raises(Unavailable, match=r"no connection to 127\.0\.0\.1:\d+ within 0\.2 s"):
        await connect().call("wait_until_ready", 0.2)
    with pytest.raises(Unavailable, match=r"within 0\.1 s"):
        await connect(timeout=0.1).call("wait_until_ready")


async def test_a_closed_client_makes_no_calls(twin: Twin, server: ScriptedServer) -> None:
    """After close a call is a mistake of the program; closing again is none."""
    await twin.call("close")
    await twin.call("close")

    with pytest.raises(grpc.aio.UsageError if twin.is_async else ValueError, match="closed"):
        await twin.call("recall", **RECALL)
    assert not server.received


def test_closing_ends_calls_under_way(server: ScriptedServer) -> None:
    """A call that waits when its client is closed raises Cancelled."""
    begun, over = threading.Event(), threading.Event()

    def wait(_: Any, context: grpc.ServicerContext) -> None:
        context.add_callback(over.set)
        begun.set()
        over.wait(30)

    server.scripts["Recall"] = wait
    client = MemoryClient(server.target)

    def close() -> None:
        begun.wait(30)
        client.close()

    closing = threading.Thread(target=close)
    closing.start()
    with pytest.raises(Cancelled):
        client.recall(user_id="ana", query="where?")
    closing.join()
    assert over.wait(10)


@pytest.mark.parametrize(
    ("rpc", "method", "fields"),
    [
        ("Recall", "recall", RECALL),
        ("Chat", "chat", {"user_id": "ana", "message": "Hello!"}),
    ],
)
async def test_closing_ends_calls_of_other_tasks(
    server: ScriptedServer, rpc: str, method: str, fields: dict[str, Any]
) -> None:
    """A task whose call ends since its client is closed gets an error: nobody cancelled the task."""
    begun, over = threading.Event(), threading.Event()

    def wait(_: Any, context: grpc.ServicerContext) -> None:
        context.add_callback(over.set)
        begun.set()
        over.wait(30)

    server.scripts[rpc] = wait
    twin = Twin(AsyncMemoryClient(server.target))
    waiting = asyncio.create_task(twin.run(method, **fields))
    assert await asyncio.to_thread(begun.wait, 30)
    await twin.call("close")

    with pytest.raises(Cancelled, match="the client is closed"):
        await waiting
    assert await asyncio.to_thread(over.wait, 10)


async def test_leaving_the_block_closes(server: ScriptedServer) -> None:
    """Both clients are context managers that close themselves."""
    with MemoryClient(server.target) as client:
        client.recall(user_id="ana", query="where?")
    with pytest.raises(ValueError, match="closed"):
        client.recall(user_id="ana", query="where?")

    async with AsyncMemoryClient(server.target) as async_client:
        await async_client.recall(user_id="ana", query="where?")
    with pytest.raises(grpc.aio.UsageError):
        await async_client.recall(user_id="ana", query="where?")


async def test_calls_are_spread_over_all_addresses(
    server: ScriptedServer, connect: Connect
) -> None:
    """Of a name with several addresses each one gets its share of the calls, without a mesh."""
    other = ScriptedServer()
    try:
        twin = connect(f"ipv4:{server.target},{other.target}")
        await twin.call("wait_until_ready")

        async def both() -> bool:
            await twin.call("recall", **RECALL)
            return bool(server.received and other.received)

        for _ in range(1000):  # the second connection may be there a little later
            if await both():
                break
        before = len(server.received), len(other.received)
        for _ in range(10):
            await twin.call("recall", **RECALL)
        after = len(server.received), len(other.received)
    finally:
        other.stop()

    assert [late - early for early, late in zip(before, after, strict=True)] == [5, 5]
