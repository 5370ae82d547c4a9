"""What comes in many parts: lists page by page, the events of a chat, and streams of requests."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import grpc
import pytest

from memsvc_client import (
    AsyncMemoryClient,
    ChatEvent,
    IngestStreamRequest,
    IngestStreamResponse,
    ListMemoriesRequest,
    ListMemoriesResponse,
    ListMemoryTimelineResponse,
    NotFound,
    SearchResponse,
    Unimplemented,
)
from tests.clients.python.scripted_server import (
    ScriptedServer,
    events,
    info,
    paging,
    refusing,
)
from tests.clients.python.twins import Twin, closed, drained, first

THREE_PAGES: list[list[dict[str, Any]]] = [
    [{"memory_id": "1"}, {"memory_id": "2"}],
    [],
    [{"memory_id": "3"}],
]


@pytest.mark.parametrize(
    ("method", "rpc", "response"),
    [
        ("list_memories", "ListMemories", ListMemoriesResponse),
        ("list_memory_timeline", "ListMemoryTimeline", ListMemoryTimelineResponse),
    ],
)
async def test_a_pager_yields_the_items_of_all_pages(
    twin: Twin, server: ScriptedServer, method: str, rpc: str, response: Any
) -> None:
    """Iterating a list gives all its memories in order, an empty page in the middle or not."""
    server.scripts[rpc] = paging(response, "memories", THREE_PAGES)

    memories = await twin.items(method, user_id="ana", page_size=2)

    assert [memory.memory_id for memory in memories] == ["1", "2", "3"]
    sent = [(call.request.page_token, call.request.page_size) for call in server.received]
    assert sent == [("", 2), ("1", 2), ("2", 2)]


async def test_search_yields_results_and_pages(twin: Twin, server: ScriptedServer) -> None:
    """A search gives its results one by one, and by pages() what the responses say besides."""
    pages: list[list[dict[str, Any]]] = [
        [{"memory": {"memory_id": "1"}}],
        [{"message": {"content": "Hi"}}],
    ]
    plain = paging(SearchResponse, "results", pages)

    def degraded(request: Any, context: grpc.ServicerContext) -> SearchResponse:
        page: SearchResponse = plain(request, context)
        page.degraded = True
        return page

    server.scripts["Search"] = degraded

    pager = await twin.call("search", query="tea")
    results = await drained(pager)
    found = await drained(pager.pages())

    assert [result.WhichOneof("item") for result in results] == ["memory", "message"]
    assert [(len(page.results), page.degraded) for page in found] == [(1, True), (1, True)]


async def test_pages_are_fetched_when_asked_for(twin: Twin, server: ScriptedServer) -> None:
    """Nothing is sent before the first item is asked for, and no page before its turn."""
    server.scripts["ListMemories"] = paging(ListMemoriesResponse, "memories", THREE_PAGES)

    pager = await twin.call("list_memories", user_id="ana")
    before = len(server.received)
    items = aiter(pager) if twin.is_async else iter(pager)
    await first(items)
    await first(items)
    after_two = len(server.received)
    await first(items)

    assert (before, after_two, len(server.received)) == (0, 1, 3)


async def test_a_pager_begins_anew(twin: Twin, server: ScriptedServer) -> None:
    """Each iteration of a pager starts with the first page."""
    server.scripts["ListMemories"] = paging(ListMemoriesResponse, "memories", THREE_PAGES)

    pager = await twin.call("list_memories", user_id="ana")

    assert await drained(pager) == await drained(pager)


async def test_a_pager_goes_on_from_a_token(twin: Twin, server: ScriptedServer) -> None:
    """A page_token of the caller's is where the first page begins; their message stays as it is."""
    server.scripts["ListMemories"] = paging(ListMemoriesResponse, "memories", THREE_PAGES)
    request = ListMemoriesRequest(user_id="ana", page_token=str(2))

    memories = await twin.items("list_memories", request)

    assert [memory.memory_id for memory in memories] == ["3"]
    assert request == ListMemoriesRequest(user_id="ana", page_token=str(2))


async def test_a_pager_keeps_the_request_it_was_made_of(twin: Twin, server: ScriptedServer) -> None:
    """Changing the message after the call changes no page: tokens hold for one request only."""
    server.scripts["ListMemories"] = paging(ListMemoriesResponse, "memories", THREE_PAGES)
    request = ListMemoriesRequest(user_id="ana")

    pager = await twin.call("list_memories", request)
    request.user_id = "ben"
    await drained(pager)

    assert {call.request.user_id for call in server.received} == {"ana"}


async def test_a_pager_raises_typed_errors(twin: Twin, server: ScriptedServer) -> None:
    """A page that fails raises what a call raises."""
    server.scripts["ListMemories"] = refusing(
        grpc.StatusCode.NOT_FOUND, "none", info("MEMORY_NOT_FOUND")
    )

    with pytest.raises(NotFound):
        await twin.items("list_memories", user_id="ana")


async def test_chat_yields_its_events(twin: Twin, server: ScriptedServer) -> None:
    """A chat gives the events of the answer in order, and sends nothing before the first."""
    server.scripts["Chat"] = events(
        {"started": {"conversation_id": "c1"}}, {"delta": {"text": "Hi"}}, {"done": {}}
    )

    answer = await twin.call("chat", user_id="ana", message="Hello!")
    before = len(server.received)
    steps = await drained(answer)

    assert before == 0
    assert [step.WhichOneof("event") for step in steps] == ["started", "delta", "done"]
    assert steps[1].delta.text == "Hi"


async def test_a_chat_that_breaks_raises_after_its_events(
    twin: Twin, server: ScriptedServer
) -> None:
    """What came before an error is given, then the error is raised with its type."""
    refuse = refusing(grpc.StatusCode.UNIMPLEMENTED, "not yet", info("NOT_IMPLEMENTED"))

    def script(request: Any, context: grpc.ServicerContext) -> Iterator[ChatEvent]:
        yield ChatEvent(delta={"text": "Hi"})
        refuse(request, context)

    server.scripts["Chat"] = script

    answer = await twin.call("chat", user_id="ana", message="Hello!")
    step = await first(answer)
    with pytest.raises(Unimplemented) as caught:
        await first(answer)

    assert step.delta.text == "Hi"
    assert caught.value.reason == "NOT_IMPLEMENTED"


async def test_closing_a_chat_cancels_it(twin: Twin, server: ScriptedServer) -> None:
    """The server learns at once that nobody listens any more."""
    over = threading.Event()

    def script(_: Any, context: grpc.ServicerContext) -> Iterator[ChatEvent]:
        context.add_callback(over.set)
        yield ChatEvent(delta={"text": "Hi"})
        over.wait(30)

    server.scripts["Chat"] = script

    answer = await twin.call("chat", user_id="ana", message="Hello!")
    await first(answer)
    await closed(answer)

    assert await asyncio.to_thread(over.wait, 10)


def counting(requests: Iterator[IngestStreamRequest], _: Any) -> IngestStreamResponse:
    """Count the messages of a stream."""
    return IngestStreamResponse(message_count=sum(len(item.messages) for item in requests))


def batches() -> Iterator[IngestStreamRequest]:
    """Give two batches of one message each."""
    for user_id in ("ana", "ben"):
        yield IngestStreamRequest(user_id=user_id, messages=[{"content": "Hi"}])


async def test_a_stream_of_requests_gets_one_answer(twin: Twin, server: ScriptedServer) -> None:
    """All batches of an iterator are sent, and the summary is returned."""
    server.scripts["IngestStream"] = counting

    answer = await twin.call("ingest_stream", batches())

    assert answer.message_count == 2


async def test_asyncio_streams_from_async_iterators(server: ScriptedServer) -> None:
    """The client for asyncio takes asynchronous iterators of batches too."""
    server.scripts["IngestStream"] = counting

    async def later() -> AsyncIterator[IngestStreamRequest]:
        for batch in batches():
            await asyncio.sleep(0)
            yield batch

    async with AsyncMemoryClient(server.target) as client:
        answer = await client.ingest_stream(later())

    assert answer.message_count == 2


async def test_a_failing_iterator_fails_the_call(twin: Twin, server: ScriptedServer) -> None:
    """What the caller's iterator raises is what the call raises, not a status of gRPC's."""
    server.scripts["IngestStream"] = counting

    def broken() -> Iterator[IngestStreamRequest]:
        yield from batches()
        message = "the file is damaged"
        raise OSError(message)

    with pytest.raises(OSError, match="the file is damaged"):
        await twin.call("ingest_stream", broken())


async def test_a_refused_stream_raises_typed_errors(twin: Twin, server: ScriptedServer) -> None:
    """A stream that the server refuses raises what a call raises."""
    server.scripts["IngestStream"] = refusing(grpc.StatusCode.NOT_FOUND, "none", info("X"))

    with pytest.raises(NotFound):
        await twin.call("ingest_stream", batches())
    server.missing.add("IngestStream")
    with pytest.raises(Unimplemented, match="IngestStream"):
        await twin.call("ingest_stream", batches())


async def test_cancelling_the_task_cancels_the_call(server: ScriptedServer) -> None:
    """A cancelled asyncio task stays cancelled, and the server is told."""
    begun, over = threading.Event(), threading.Event()

    def wait(_: Any, context: grpc.ServicerContext) -> None:
        context.add_callback(over.set)
        begun.set()
        over.wait(30)

    server.scripts["Recall"] = wait
    async with AsyncMemoryClient(server.target) as client:
        task = asyncio.create_task(client.recall(user_id="ana", query="where?"))
        assert await asyncio.to_thread(begun.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        assert await asyncio.to_thread(over.wait, 10)
