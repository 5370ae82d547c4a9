"""From a method's arguments to the request that the server gets."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

import memsvc_client
from memsvc_client import (
    ChatRequest,
    CreateMemoryRequest,
    MemoryFilter,
    MemoryKind,
    RankingWeights,
    RecallRequest,
    Role,
    SearchRequest,
    requests,
)
from tests.clients.python.scripted_server import RPCS, ScriptedServer, failing
from tests.clients.python.twins import Twin

#: Each method that takes one request: its RPC, and fields for an example.
METHODS: dict[str, tuple[str, dict[str, Any]]] = {
    "ingest": ("Ingest", {"user_id": "ana", "messages": [{"content": "I live in Austin."}]}),
    "recall": ("Recall", {"user_id": "ana", "query": "where do I live?", "limit": 5}),
    "conscious": ("Conscious", {"user_id": "ana", "max_memories": 3}),
    "search": ("Search", {"user_id": "ana", "query": "Austin", "mode": "SEARCH_MODE_FULL_TEXT"}),
    "chat": ("Chat", {"user_id": "ana", "message": "Hello!", "temperature": 0.0}),
    "create_memory": ("CreateMemory", {"user_id": "ana", "content": "likes tea", "tags": ["a"]}),
    "get_memory": ("GetMemory", {"memory_id": "m1"}),
    "get_memory_source": ("GetMemorySource", {"memory_id": "m1", "user_id": "ana"}),
    "list_memories": ("ListMemories", {"user_id": "ana", "page_size": 2}),
    "update_memory": (
        "UpdateMemory",
        {"memory": {"memory_id": "m1", "content": "x"}, "update_mask": {"paths": ["content"]}},
    ),
    "delete_memory": ("DeleteMemory", {"memory_id": "m1"}),
    "batch_delete_memories": ("BatchDeleteMemories", {"memory_ids": ["m1", "m2"]}),
    "evaluate": (
        "Evaluate",
        {"queries": [{"user_id": "ana", "query": "where?", "relevant_ids": ["m1"]}], "limit": 5},
    ),
    "find_similar_memories": ("FindSimilarMemories", {"memory_id": "m1", "limit": 3}),
    "list_memory_timeline": ("ListMemoryTimeline", {"user_id": "ana", "slot": "location"}),
    "extract_facts": ("ExtractFacts", {"message": {"content": "I live in Austin."}}),
    "consolidate": ("Consolidate", {"user_id": "ana"}),
    "get_job": ("GetJob", {"job_id": "j1"}),
    "watch_job": ("WatchJob", {"job_id": "j1"}),
    "list_dead_jobs": ("ListDeadJobs", {"user_id": "ana", "page_size": 2}),
    "requeue_job": ("RequeueJob", {"job_id": "j1"}),
    "get_server_info": ("GetServerInfo", {}),
    "get_limits": ("GetLimits", {}),
    "get_quota": ("GetQuota", {}),
    "erase_user": ("EraseUser", {"user_id": "ana"}),
    "reopen_user": ("ReopenUser", {"user_id": "ana"}),
    "export_user": ("ExportUser", {"user_id": "ana"}),
}
WRITES = [
    "ingest",
    "chat",
    "create_memory",
    "update_memory",
    "delete_memory",
    "batch_delete_memories",
    "consolidate",
    "requeue_job",
]
#: Methods whose answer is a stream: not retried, and with more time than others.
STREAMS = {"chat", "watch_job", "export_user"}


def message_of(method: str) -> Message:
    """Return the example request of *method* as a message."""
    rpc, fields = METHODS[method]
    message: Message = getattr(memsvc_client, f"{rpc}Request")(**fields)
    return message


def without_id(request: Message) -> Message:
    """Return a copy of *request* without its request_id."""
    copy = type(request)()
    copy.CopyFrom(request)
    if "request_id" in copy.DESCRIPTOR.fields_by_name:
        copy.ClearField("request_id")
    return copy


def test_every_rpc_has_its_method() -> None:
    """The examples here, and ingest_stream, cover the service."""
    covered = {rpc for rpc, _ in METHODS.values()}

    assert set(RPCS) - {"IngestStream", "ImportUser"} == covered


@pytest.mark.parametrize("method", METHODS)
async def test_fields_make_the_request(twin: Twin, server: ScriptedServer, method: str) -> None:
    """Keyword arguments reach the method's RPC as the fields of its request."""
    rpc, fields = METHODS[method]

    await twin.run(method, **fields)

    assert [call.method for call in server.received] == [rpc]
    assert message_of(method) == without_id(server.received[0].request)


@pytest.mark.parametrize("method", METHODS)
async def test_message_is_the_request(twin: Twin, server: ScriptedServer, method: str) -> None:
    """A message is sent as it is, and the caller's object stays as it was."""
    request = message_of(method)

    await twin.run(method, request)

    assert message_of(method) == without_id(server.received[0].request)
    assert message_of(method) == request


async def test_plain_values_stand_for_messages(twin: Twin, server: ScriptedServer) -> None:
    """Times may be datetimes, data may be plain values, and enums may be names or values."""
    start = datetime(2025, 5, 1, 12, tzinfo=UTC)

    await twin.call(
        "recall",
        user_id="ana",
        query="where?",
        kinds=["MEMORY_KIND_FACT", MemoryKind.MEMORY_KIND_NOTE],
        weights=RankingWeights(recency=0),
        filter={"tags_any": ["home"], "start_time": start, "roles": [Role.ROLE_USER]},
        as_of_time=start,
    )
    await twin.call("create_memory", user_id="ana", content="x", metadata={"n": 1, "deep": ["a"]})

    recall: RecallRequest = server.received[0].request
    note: CreateMemoryRequest = server.received[1].request
    assert list(recall.kinds) == [MemoryKind.MEMORY_KIND_FACT, MemoryKind.MEMORY_KIND_NOTE]
    assert recall.as_of_time.ToDatetime(tzinfo=UTC) == start
    assert recall.weights.HasField("recency")
    assert not recall.weights.HasField("semantic")
    expected = MemoryFilter(tags_any=["home"], start_time=start, roles=[Role.ROLE_USER])
    assert recall.filter == expected
    assert note.metadata["n"] == 1
    assert note.metadata["deep"] == ["a"]


@pytest.mark.parametrize(
    ("arguments", "fields", "error"),
    [
        ((RecallRequest(user_id="ana"),), {"query": "both"}, TypeError),
        ((SearchRequest(query="another kind"),), {}, TypeError),
        ((), {"question": "no such field"}, ValueError),
        ((), {"limit": "no number"}, TypeError),
    ],
)
async def test_what_is_no_request_is_not_sent(
    twin: Twin,
    server: ScriptedServer,
    arguments: tuple[Message, ...],
    fields: dict[str, Any],
    error: type[Exception],
) -> None:
    """A message together with fields, another kind of message and wrong fields are errors here."""
    with pytest.raises(error):
        await twin.call("recall", *arguments, **fields)

    assert not server.received


@pytest.mark.parametrize("method", WRITES)
async def test_a_write_gets_a_request_id(twin: Twin, server: ScriptedServer, method: str) -> None:
    """Each write without a request_id gets a random UUID of its own; the message stays without."""
    request = message_of(method)

    await twin.run(method, request)
    await twin.run(method, request)

    ids = {uuid.UUID(call.request.request_id) for call in server.received}
    assert len(ids) == 2
    assert message_of(method) == request


@pytest.mark.parametrize("method", WRITES)
async def test_a_given_request_id_is_kept(twin: Twin, server: ScriptedServer, method: str) -> None:
    """A request_id of the caller's is sent as it is."""
    await twin.run(method, **METHODS[method][1], request_id="mine")

    assert server.received[0].request.request_id == "mine"


def test_writes_are_all_that_take_a_request_id() -> None:
    """Exactly the writes have a request_id, so that none is retried without."""
    with_id = {
        name
        for name, (rpc, _) in METHODS.items()
        if "request_id" in RPCS[rpc].input_type.fields_by_name
    }

    assert set(WRITES) == with_id


@pytest.mark.parametrize("method", [name for name in WRITES if name not in STREAMS])
async def test_retries_repeat_the_request_id(
    twin: Twin, server: ScriptedServer, method: str
) -> None:
    """All attempts of one call carry the same request_id, so that the write happens once."""
    rpc, fields = METHODS[method]
    server.scripts[rpc] = failing(grpc.StatusCode.UNAVAILABLE, times=2)

    await twin.call(method, **fields)

    assert len(server.received) == 3
    assert len({call.request.request_id for call in server.received}) == 1


@pytest.mark.parametrize("rpc", RPCS)
def test_typed_fields_are_the_fields_of_the_contract(rpc: str) -> None:
    """Each TypedDict has exactly the fields of its request: neither more nor fewer."""
    if rpc in {"IngestStream", "ImportUser"} or not RPCS[rpc].input_type.fields:
        return  # those take what they stream, the others have nothing to give
    typed = getattr(requests, f"{rpc}Fields")
    request = GetMessageClass(RPCS[rpc].input_type)

    assert set(request.DESCRIPTOR.fields_by_name) == set(typed.__annotations__)


def test_call_arguments_hide_no_field() -> None:
    """No request has a field with the name of an argument of the call itself."""
    names = {field.name for method in RPCS.values() for field in method.input_type.fields}

    assert not names & {"timeout", "call_metadata", "self"}
    assert "message" in ChatRequest.DESCRIPTOR.fields_by_name
