"""Acceptance 17: bad input gets a clear error, soon, with the field named and nothing written."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import cast

import grpc
import pytest
from google.protobuf.struct_pb2 import Struct

from memsvc_client import (
    InvalidArgument,
    MemoryClient,
    MemoryFilter,
    Message,
    MetadataCondition,
    RankingWeights,
    ResourceExhausted,
    Role,
)
from tests.support.server import KEYS, ServerProcess

INTERNALS = ("psycopg", "sql", "Traceback", "/memsvc/", "asyncio", "Exception", "select ")
SECONDS_MAX = 0.25

Call = Callable[[MemoryClient, str], object]


def soonest(run: Callable[[], None]) -> float:
    """Return the seconds that the quickest of three runs took: the others met other work."""
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def nested(depth: int) -> Struct:
    """Metadata of *depth* levels."""
    struct = Struct()
    struct["leaf" if depth == 1 else "level"] = 1 if depth == 1 else nested(depth - 1)
    return struct


REFUSED: dict[str, tuple[Call, str]] = {
    "no user": (lambda c, _: c.ingest(messages=[Message(content="x")]), "user_id"),
    "long user": (lambda c, _: c.recall(user_id="ü" * 65, query="x"), "user_id"),
    "no message": (lambda c, u: c.ingest(user_id=u), "messages"),
    "101 messages": (
        lambda c, u: c.ingest(user_id=u, messages=[Message(content="x")] * 101),
        "messages",
    ),
    "no content": (lambda c, u: c.ingest(user_id=u, messages=[Message()]), "messages[0].content"),
    "long content": (
        lambda c, u: c.ingest(user_id=u, messages=[Message(content="x" * 100_001)]),
        "messages[0].content",
    ),
    "NUL in content": (
        lambda c, u: c.ingest(user_id=u, messages=[Message(content="a\0b")]),
        "messages[0].content",
    ),
    "NUL in an id": (
        lambda c, u: c.ingest(user_id=u, conversation_id="\0", messages=[Message(content="x")]),
        "conversation_id",
    ),
    "unknown role": (
        lambda c, u: c.ingest(user_id=u, messages=[Message(content="x", role=cast("Role", 77))]),
        "messages[0].role",
    ),
    "importance of 2": (
        lambda c, u: c.ingest(user_id=u, messages=[Message(content="x", importance=2)]),
        "messages[0].importance",
    ),
    "not a number": (
        lambda c, u: c.create_memory(user_id=u, content="x", importance=float("nan")),
        "importance",
    ),
    "one id twice": (
        lambda c, u: c.ingest(user_id=u, messages=[Message(content="x", message_id="1")] * 2),
        "messages[1].message_id",
    ),
    "somebody else's message": (
        lambda c, u: c.ingest(user_id=u, messages=[Message(content="x", user_id="other")]),
        "messages[0].user_id",
    ),
    "deep metadata": (
        lambda c, u: c.create_memory(user_id=u, content="x", metadata=nested(5)),
        "metadata.level.level.level.level",
    ),
    "long metadata": (
        lambda c, u: c.create_memory(user_id=u, content="x", metadata={"k": "v" * 2049}),
        "metadata.k",
    ),
    "10,000 words": (lambda c, u: c.recall(user_id=u, query="word " * 10_000), "query"),
    "no query": (lambda c, u: c.recall(user_id=u), "query"),
    "limit of 101": (lambda c, u: c.recall(user_id=u, query="x", limit=101), "limit"),
    "limit of -1": (lambda c, u: c.recall(user_id=u, query="x", limit=-1), "limit"),
    "negative weight": (
        lambda c, u: c.recall(user_id=u, query="x", weights=RankingWeights(semantic=-1)),
        "weights.semantic",
    ),
    "metadata key as SQL": (
        lambda c, u: c.recall(
            user_id=u,
            query="x",
            filter=MemoryFilter(metadata=[MetadataCondition(key="a' or '1'='1")]),
        ),
        "filter.metadata[0].key",
    ),
    "33 terms of full text": (
        lambda c, u: list(
            c.search(
                user_id=u,
                query=" or ".join(f"term{n}" for n in range(33)),
                mode="SEARCH_MODE_FULL_TEXT",
            )
        ),
        "query",
    ),
    "page of 501": (
        lambda c, u: list(c.search(user_id=u, query="x", page_size=501)),
        "page_size",
    ),
    "a made-up page token": (
        lambda c, u: list(c.search(user_id=u, query="x", page_token="AAAA" * 20)),
        "page_token",
    ),
    "a mask of what is fixed": (
        lambda c, u: c.update_memory(
            memory={"memory_id": u},
            update_mask={"paths": ["tenant_id"]},
        ),
        "update_mask",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_input_is_refused_by_name(client: MemoryClient, user: str, name: str) -> None:
    """INVALID_ARGUMENT names the field, tells nothing internal, comes soon and writes nothing."""
    call, field = REFUSED[name]

    with pytest.raises(InvalidArgument) as caught:
        call(client, user)

    def refuse() -> None:
        with pytest.raises(InvalidArgument):
            call(client, user)

    assert soonest(refuse) < SECONDS_MAX
    assert caught.value.metadata["field"] == field
    assert field in dict(caught.value.field_violations)
    text = repr(caught.value) + str(caught.value.field_violations)
    assert not [word for word in INTERNALS if word.lower() in text.lower()]
    assert not list(client.list_memories(user_id=user))


def test_every_fault_of_a_request_is_listed(client: MemoryClient) -> None:
    """A BadRequest names all the fields at fault, not only the first one."""
    with pytest.raises(InvalidArgument) as caught:
        client.recall(limit=500, token_budget=-1)

    assert {"user_id", "query", "limit", "token_budget"} <= dict(
        caught.value.field_violations
    ).keys()


@pytest.mark.parametrize(
    "query",
    [
        "'); drop table memory; --",
        "(((",
        "'",
        ":*",
        "!",
        "\\",
        '"',
        '"open',
        "a & | b",
        "%s",
        "-",
        "🦘",
    ],
)
def test_hostile_queries_are_just_queries(client: MemoryClient, user: str, query: str) -> None:
    """Text that means something to SQL or to a query parser means nothing here."""
    client.create_memory(user_id=user, content="kangaroo 🦘")
    for mode in ("SEARCH_MODE_HYBRID", "SEARCH_MODE_FULL_TEXT", "SEARCH_MODE_SEMANTIC"):

        def search(mode: str = mode) -> None:
            list(client.search(user_id=user, query=query, mode=mode))

        assert soonest(search) < SECONDS_MAX
    client.recall(user_id=user, query=query)

    assert [m.content for m in client.list_memories(user_id=user)] == ["kangaroo 🦘"]


def test_a_message_of_5_megabytes_is_refused(server: ServerProcess, user: str) -> None:
    """A request beyond 4 MiB ends RESOURCE_EXHAUSTED before anything is read of it."""
    with (
        MemoryClient(server.target, api_key=KEYS["acme"]) as client,
        pytest.raises(ResourceExhausted),
    ):
        client.ingest(user_id=user, messages=[Message(content="x" * 50_000)] * 105)


@pytest.mark.parametrize(
    "data",
    [b"\x0a\x02\xff\xfe", b"\x0a\xff", b"\xff" * 20, b"\x08\x01\x0a\x05ab"],
    ids=["invalid UTF-8", "truncated", "garbage", "cut string"],
)
def test_bytes_that_are_no_message_are_the_callers_mistake(
    server: ServerProcess, data: bytes
) -> None:
    """Invalid UTF-8 and broken protobufs end INVALID_ARGUMENT without a word of Python."""
    with grpc.insecure_channel(server.target) as channel:
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(
            "/memsvc.v1.MemoryService/Recall"
        )
        with pytest.raises(grpc.RpcError) as caught:
            call(data, metadata=(("x-api-key", KEYS["acme"]),), timeout=5)

    error = caught.value
    assert isinstance(error, grpc.Call)
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "Python" not in (error.details() or "")
    assert "memsvc.dev" in str(dict(error.trailing_metadata())["grpc-status-details-bin"])


def test_too_much_metadata_is_refused(server: ServerProcess) -> None:
    """More than 8 KiB of metadata is refused as a whole, not at random."""
    with (
        MemoryClient(server.target, api_key=KEYS["acme"]) as client,
        pytest.raises(ResourceExhausted),
    ):
        client.recall(user_id="u", query="q", call_metadata=(("x-filler", "x" * 9000),))
