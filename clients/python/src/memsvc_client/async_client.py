"""The client for asyncio programs."""

# ruff: file-ignore[async-function-with-timeout] - the timeout is the deadline that the server is told, not a local timer.

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Iterable
from typing import Unpack

from memsvc_client._pb.admin_service_pb2 import GetServerInfoRequest, GetServerInfoResponse
from memsvc_client._pb.chat_pb2 import ChatEvent, ChatRequest
from memsvc_client._pb.memory_pb2 import Memory
from memsvc_client._pb.memory_service_pb2 import (
    BatchDeleteMemoriesRequest,
    BatchDeleteMemoriesResponse,
    ConsciousRequest,
    ConsciousResponse,
    CreateMemoryRequest,
    CreateMemoryResponse,
    DeleteMemoryRequest,
    DeleteMemoryResponse,
    EvaluateRequest,
    EvaluateResponse,
    FindSimilarMemoriesRequest,
    FindSimilarMemoriesResponse,
    GetMemoryRequest,
    GetMemoryResponse,
    GetMemorySourceRequest,
    GetMemorySourceResponse,
    IngestRequest,
    IngestResponse,
    IngestStreamRequest,
    IngestStreamResponse,
    ListMemoriesRequest,
    ListMemoriesResponse,
    ListMemoryTimelineRequest,
    ListMemoryTimelineResponse,
    RecallRequest,
    RecallResponse,
    SearchRequest,
    SearchResponse,
    SearchResult,
    UpdateMemoryRequest,
    UpdateMemoryResponse,
)
from memsvc_client.async_facts import AsyncFactMethods
from memsvc_client.async_users import AsyncUserMethods
from memsvc_client.calls import Metadata, build
from memsvc_client.pagers import AsyncPager
from memsvc_client.requests import (
    BatchDeleteMemoriesFields,
    ChatFields,
    ConsciousFields,
    CreateMemoryFields,
    DeleteMemoryFields,
    EvaluateFields,
    FindSimilarMemoriesFields,
    GetMemoryFields,
    GetMemorySourceFields,
    IngestFields,
    ListMemoriesFields,
    ListMemoryTimelineFields,
    RecallFields,
    SearchFields,
    UpdateMemoryFields,
)


class AsyncMemoryClient(AsyncFactMethods, AsyncUserMethods):
    """A client of a memsvc server; one serves all tasks of an event loop.

    Every method takes its request as a message, or its fields as keyword arguments, and further
    *timeout*, in seconds, and *call_metadata*, headers of this call alone. It raises a MemsvcError,
    or TypeError and ValueError for what is no request at all. Reads and writes that the server
    could not take (UNAVAILABLE) are retried up to three times within their timeout; a write gets a
    random request_id if it has none, so that it happens once.
    """

    async def ingest(
        self,
        request: IngestRequest | None = None,
        /,
        *,
        timeout: float | None = None,
        call_metadata: Metadata = (),
        **fields: Unpack[IngestFields],
    ) -> IngestResponse:
        """Store messages; they can be recalled and searched when the reply arrives.

        All of them are stored, or none. With EXTRACTION_MODE_SYNC a longer *timeout* is wise.
        """
        terms = self._defaults.terms(timeout, call_metadata)
        return await self._unary(self._stub.Ingest, build(IngestRequest, request, fields), terms)

    async def recall(
        self,
        request: RecallRequest | None = None,
        /,
        *,
        timeout: float | None = None,
        call_metadata: Metadata = (),
        **fields: Unpack[RecallFields],
    ) -> RecallResponse:
        """Return the memories of a user that matter to a question, best first.

        *limit* is 5 by default and at most 100. `context_block` is the result as text to put
        before a language model.
        """
        terms = self._defaults.terms(timeout, call_metadata)
        return await self._unary(self._stub.Recall, build(RecallRequest, request, fields), terms)

    async def evaluate(
        self,
        request: EvaluateRequest | None = None,
        /,
        *,
        timeout: float | None = None,
        call_metadata: Metadata = (),
        **fields: Unpack[EvaluateFields],
    ) -> EvaluateResponse:
        """Return how well Recall finds what is known to be right, and changes nothing.

        *limit* is 20 by default and at most 100; *arms* also measures each part of the score.
        """
        terms = self._defaults.terms(timeout, call_metadata)
        return await self._unary(
            self._stub.Evaluate, build(EvaluateRequest, request, fields), terms
        )

    async def conscious(
        self,
        request: ConsciousRequest | None = None,
        /,
        *,
        timeout: float | None = None,
        call_metadata: Metadata = (),
        **fields: Unpack[ConsciousFields],
    ) -> ConsciousResponse:
        """Return what to know when a conversation starts: pinned, essential and important memories.

        *max_memories* is 20 by default and at most 100.
        """
        terms = self._defaults.terms(timeout, call_metadata)
        return await self._unary(
            self._stub.Conscious, build(ConsciousRequest, request, fields), terms
        )

    def search(
        self,
        request: SearchRequest | None = None,
        /,
        *,
        timeout: float | None = None,
        call_metadata: Metadata = (),
        **fields: Unpack[SearchFields],
    ) -> AsyncPager[SearchResult, SearchResponse]:
        """Look through everything ever said or noted, best first, over all pages.

        *page_size* is 20 by default and at most 500. `pages()` of the pager yields the responses,
        which say whether the search was degraded.
        """
        return self._pager(
            self._stub.Search,
            build(SearchRequest, request, fields),
            lambda page: page.results,
            self._defaults.terms(timeout, call_metadata),
        )

    async def create_memory(
        self,
        request: CreateMemoryRequest | None = None,
        /,
        *,
        timeout: float | None = None,
        call_metadata: Metadata = (),
        **fields: Unpack[CreateMemoryFields],
    ) -> CreateMemoryResponse:
        """Write a memory of kind NOTE.

        *metadata* is the memory's own data; the call's is *call_metadata*.
        """
        terms = self._defaults.terms(timeout, call_metadata)
        return await self._unary(
            self._stub.CreateMemory, build(CreateMemoryRequest, request, fields), terms
        )

    async def get_memory(
        self,
        request: GetMemoryRequest | None = None,
        /,
        *,
        timeout: float | None = None,
        call_metadata: Metadata = (),
        **fields: Unpack[GetMemoryFields],
    ) -> GetMemoryResponse:
        """Return one memory; raise NotFound if there is none."""
        terms = self._defaults.terms(timeout, call_metadata)
        return await self._unary(
            self._stub.GetMemory, build(GetMemoryRequest, request, fields), terms
        )

    async def get_memory_source(
        self,
        request: GetMemorySourceRequest | None = None,
        /,
        *,
        timeout: float | None = None,
        call_metadata: Metadata = (),
        **fields: Unpack[GetMemorySourceFields],
    ) -> GetMemorySourceResponse:
        """Return the messages that a memory rests on; raise NotFound if there is no such memory."""
        terms = self._defaults.terms(timeout, call_metadata)
        return await self._unary(
            self._stub.GetMemorySource, build(GetMemorySourceRequest, request, fields), terms
        )

    def list_memories(
        self,
        request: ListMemoriesRequest | None = None,
        /,
        *,
        timeout: float | None = None,
        call_metadata: Metadata = (),
        **fields: Unpack[ListMemoriesFields],
    ) -> AsyncPager[Memory, ListMemoriesResponse]:
        """List the memories of a user, newest first, over all pages.

        *page_size* is 50 by default and at most 500.
        """
        return self._pager(
            self._stub.ListMemories,
            build(ListMemoriesRequest, request, fields),
            lambda page: page.memories,
            self._defaults.terms(timeout, call_metadata),
        )

    async def update_memory(
        self,
        request: UpdateMemoryRequest | None = None,
        /,
        *,
        timeout: float | None = None,
        call_metadata: Metadata = (),
        **fields: Unpack[UpdateMemoryFields],
    ) -> UpdateMemoryResponse:
        """Change fields of a memory: those of *update_mask*, else those that are set.

        Raises Aborted if the memory's *etag* is given and no longer its present one.
        """
        terms = self._defaults.terms(timeout, call_metadata)
        return await self._unary(
            self._stub.UpdateMemory, build(UpdateMemoryRequest, request, fields), terms
        )

    async def delete_memory(
        self,
        request: DeleteMemoryRequest | None = None,
        /,
        *,
        timeout: float | None = None,
        call_metadata: Metadata = (),
        **fields: Unpack[DeleteMemoryFields],
    ) -> DeleteMemoryResponse:
        """Delete a memory for good; of an EPISODE also its message and what rests on it alone.

        Raises NotFound if there is no such memory.
        """
        terms = self._defaults.terms(timeout, call_metadata)
        return await self._unary(
            self._stub.DeleteMemory, build(DeleteMemoryRequest, request, fields), terms
        )

    async def batch_delete_memories(
        self,
        request: BatchDeleteMemoriesRequest | None = None,
        /,
        *,
        timeout: float | None = None,
        call_metadata: Metadata = (),
        **fields: Unpack[BatchDeleteMemoriesFields],
    ) -> BatchDeleteMemoriesResponse:
        """Delete all of 1 to 100 memories, or none."""
        terms = self._defaults.terms(timeout, call_metadata)
        return await self._unary(
            self._stub.BatchDeleteMemories,
            build(BatchDeleteMemoriesRequest, request, fields),
            terms,
        )

    async def find_similar_memories(
        self,
        request: FindSimilarMemoriesRequest | None = None,
        /,
        *,
        timeout: float | None = None,
        call_metadata: Metadata = (),
        **fields: Unpack[FindSimilarMemoriesFields],
    ) -> FindSimilarMemoriesResponse:
        """Return the memories of the same user that are closest in meaning, closest first.

        *limit* is 5 by default and at most 100.
        """
        terms = self._defaults.terms(timeout, call_metadata)
        return await self._unary(
            self._stub.FindSimilarMemories,
            build(FindSimilarMemoriesRequest, request, fields),
            terms,
        )

    def list_memory_timeline(
        self,
        request: ListMemoryTimelineRequest | None = None,
        /,
        *,
        timeout: float | None = None,
        call_metadata: Metadata = (),
        **fields: Unpack[ListMemoryTimelineFields],
    ) -> AsyncPager[Memory, ListMemoryTimelineResponse]:
        """List what was so from when to when, in order of valid_from_time, over all pages.

        *page_size* is 50 by default and at most 500.
        """
        return self._pager(
            self._stub.ListMemoryTimeline,
            build(ListMemoryTimelineRequest, request, fields),
            lambda page: page.memories,
            self._defaults.terms(timeout, call_metadata),
        )

    async def ingest_stream(
        self,
        requests: AsyncIterable[IngestStreamRequest] | Iterable[IngestStreamRequest],
        /,
        *,
        timeout: float | None = None,
        call_metadata: Metadata = (),
    ) -> IngestStreamResponse:
        """Store the messages of many users in bulk; the response names the batches that failed.

        *timeout* is 300 s by default. A stream is not retried: what *requests* raises is raised
        here, and batches sent before stay stored.
        """
        terms = self._defaults.stream_terms(timeout, call_metadata)
        return await self._upload(self._stub.IngestStream, "IngestStream", requests, terms)

    def chat(
        self,
        request: ChatRequest | None = None,
        /,
        *,
        timeout: float | None = None,
        call_metadata: Metadata = (),
        **fields: Unpack[ChatFields],
    ) -> AsyncGenerator[ChatEvent, None]:
        """Answer the user with a language model that remembers; yield the steps of the answer.

        *timeout* is 300 s by default and covers the whole answer. The request is sent when the
        first event is asked for, and is not retried. `aclose()` of the iterator, or its end by
        `break` and garbage collection, cancels the answer.
        """
        terms = self._defaults.stream_terms(timeout, call_metadata)
        return self._stream(self._stub.Chat, build(ChatRequest, request, fields), terms)

    async def get_server_info(
        self,
        request: GetServerInfoRequest | None = None,
        /,
        *,
        timeout: float | None = None,
        call_metadata: Metadata = (),
    ) -> GetServerInfoResponse:
        """Return what the server is and can do, to know before trying."""
        terms = self._defaults.terms(timeout, call_metadata)
        return await self._unary(
            self._admin_stub.GetServerInfo, build(GetServerInfoRequest, request, {}), terms
        )
