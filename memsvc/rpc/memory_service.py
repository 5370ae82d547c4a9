"""MemoryService: each RPC is decode, use case, encode."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import Final

from memsvc.core.errors import NotImplementedYet
from memsvc.rpc import (
    decode,
    decode_chat,
    decode_facts,
    decode_ingest,
    encode,
    encode_chat,
    encode_facts,
)
from memsvc.rpc.pipeline import Checked, ServicerContext, current_call
from memsvc.rpc.replies import reply
from memsvc.usecases.chats.chat import Chat
from memsvc.usecases.facts.consolidation import Consolidation
from memsvc.usecases.facts.job_board import JobBoard
from memsvc.usecases.facts.showing import ShowFacts
from memsvc.usecases.memories.conscious import Conscious
from memsvc.usecases.memories.evaluate import Evaluate
from memsvc.usecases.memories.ingest import Ingest
from memsvc.usecases.memories.ingest_stream import IngestStream
from memsvc.usecases.memories.read_memories import ReadMemories
from memsvc.usecases.memories.recall import Recall
from memsvc.usecases.memories.search import Search
from memsvc.usecases.memories.write_memories import WriteMemories
from memsvc.usecases.trust import Quarantine
from memsvc.v1 import chat_pb2
from memsvc.v1 import memory_service_pb2 as pb
from memsvc.v1.memory_service_pb2_grpc import MemoryServiceServicer

#: Methods of the contract that end UNIMPLEMENTED.
NOT_YET: Final = frozenset({"FindSimilarMemories"})


@dataclass(frozen=True, slots=True)
class UseCases:
    """What the service does."""

    ingest: Ingest
    chat: Chat
    ingest_stream: IngestStream
    recall: Recall
    evaluate: Evaluate
    search: Search
    conscious: Conscious
    read: ReadMemories
    write: WriteMemories
    consolidation: Consolidation
    show_facts: ShowFacts
    job_board: JobBoard
    quarantine: Quarantine


class MemoryService(MemoryServiceServicer):
    """The wire's side of the use cases."""

    def __init__(self, usecases: UseCases) -> None:
        """Answer calls with *usecases*."""
        self._do = usecases

    async def Ingest(self, request: pb.IngestRequest, _: ServicerContext) -> pb.IngestResponse:
        """Store messages."""
        call = current_call()
        call.facts["messages"] = len(request.messages)
        done = await self._do.ingest(call.caller, decode_ingest.ingest(request, encode.ingested))
        return reply(done, encode.ingested, pb.IngestResponse)

    async def Recall(self, request: pb.RecallRequest, _: ServicerContext) -> pb.RecallResponse:
        """Find the memories that matter to a question."""
        call = current_call()
        recalled = await self._do.recall(call.caller, decode.recall(request))
        call.facts |= {"results": len(recalled.hits), "degraded": recalled.degradations}
        return encode.recalled(recalled, explain=request.explain)

    async def Evaluate(
        self, request: pb.EvaluateRequest, _: ServicerContext
    ) -> pb.EvaluateResponse:
        """Measure how well Recall answers."""
        call = current_call()
        call.facts["queries"] = len(request.queries)
        return encode.evaluated(await self._do.evaluate(call.caller, decode.evaluate(request)))

    async def Conscious(
        self, request: pb.ConsciousRequest, _: ServicerContext
    ) -> pb.ConsciousResponse:
        """Bring the essentials to mind."""
        call = current_call()
        essentials = await self._do.conscious(call.caller, decode.conscious(request))
        call.facts["results"] = len(essentials.memories)
        return encode.conscious(essentials)

    async def Search(self, request: pb.SearchRequest, _: ServicerContext) -> pb.SearchResponse:
        """Look through everything."""
        call = current_call()
        page = await self._do.search(call.caller, decode.search(request))
        call.facts |= {"results": len(page.hits), "degraded": page.degradations}
        return encode.search_page(page)

    async def CreateMemory(
        self, request: pb.CreateMemoryRequest, _: ServicerContext
    ) -> pb.CreateMemoryResponse:
        """Write a note."""
        ask = decode.create_memory(request, encode.created)
        done = await self._do.write.create(current_call().caller, ask)
        return reply(done, encode.created, pb.CreateMemoryResponse)

    async def GetMemory(
        self, request: pb.GetMemoryRequest, _: ServicerContext
    ) -> pb.GetMemoryResponse:
        """Return one memory."""
        memory = await self._do.read.get(current_call().caller, decode.memory(request))
        return pb.GetMemoryResponse(memory=encode.memory(memory))

    async def GetMemorySource(
        self, request: pb.GetMemorySourceRequest, _: ServicerContext
    ) -> pb.GetMemorySourceResponse:
        """Return what a memory rests on."""
        source = await self._do.read.source(current_call().caller, decode.memory(request))
        return encode.messages(source)

    async def ListMemories(
        self, request: pb.ListMemoriesRequest, _: ServicerContext
    ) -> pb.ListMemoriesResponse:
        """List the memories of a user."""
        call = current_call()
        page = await self._do.read.list(call.caller, decode.list_memories(request))
        call.facts["results"] = len(page.memories)
        return encode.memory_page(page)

    async def UpdateMemory(
        self, request: pb.UpdateMemoryRequest, _: ServicerContext
    ) -> pb.UpdateMemoryResponse:
        """Change a memory."""
        ask = decode.update_memory(request, encode.updated)
        done = await self._do.write.update(current_call().caller, ask)
        return reply(done, encode.updated, pb.UpdateMemoryResponse)

    async def DeleteMemory(
        self, request: pb.DeleteMemoryRequest, _: ServicerContext
    ) -> pb.DeleteMemoryResponse:
        """Delete a memory."""
        ask = decode.delete_memory(request, encode.deleted)
        done = await self._do.write.delete(current_call().caller, ask)
        return reply(done, encode.deleted, pb.DeleteMemoryResponse)

    async def BatchDeleteMemories(
        self, request: pb.BatchDeleteMemoriesRequest, _: ServicerContext
    ) -> pb.BatchDeleteMemoriesResponse:
        """Delete memories, all or none."""
        ask = decode.batch_delete_memories(request, encode.batch_deleted)
        done = await self._do.write.delete(current_call().caller, ask)
        return reply(done, encode.batch_deleted, pb.BatchDeleteMemoriesResponse)

    async def IngestStream(
        self, received: AsyncIterator[Checked], _: ServicerContext
    ) -> pb.IngestStreamResponse:
        """Store the messages of many users."""
        call = current_call()
        report = await self._do.ingest_stream(call.caller, decode_ingest.ingest_stream(received))
        call.facts |= {"messages": report.message_count, "errors": len(report.errors)}
        return encode.stream_report(report, call.request_id)

    async def Chat(
        self, request: chat_pb2.ChatRequest, _: ServicerContext
    ) -> AsyncGenerator[chat_pb2.ChatEvent]:
        """Answer a user, and remember."""
        call = current_call()
        count = 0
        events = self._do.chat(call.caller, decode_chat.chat(request))
        try:
            async for event in events:
                count += 1
                yield encode_chat.event(event)
        finally:
            call.facts["events"] = count
            await events.aclose()

    async def FindSimilarMemories(
        self, _: pb.FindSimilarMemoriesRequest, _context: ServicerContext
    ) -> pb.FindSimilarMemoriesResponse:
        """Say that this server does not compare memories yet."""
        raise _not_yet()

    async def ListMemoryTimeline(
        self, request: pb.ListMemoryTimelineRequest, _: ServicerContext
    ) -> pb.ListMemoryTimelineResponse:
        """List what was so from when to when."""
        call = current_call()
        page = await self._do.read.timeline(call.caller, decode.timeline(request))
        call.facts["results"] = len(page.memories)
        return encode.timeline(page)

    async def Consolidate(
        self, request: pb.ConsolidateRequest, _: ServicerContext
    ) -> pb.ConsolidateResponse:
        """Queue the tidying up of a user's facts."""
        ask = decode_facts.consolidate(request, encode_facts.consolidated)
        done = await self._do.consolidation.ask(current_call().caller, ask)
        return reply(done, encode_facts.consolidated, pb.ConsolidateResponse)

    async def ExtractFacts(
        self, request: pb.ExtractFactsRequest, _: ServicerContext
    ) -> pb.ExtractFactsResponse:
        """Show the facts of a message."""
        call = current_call()
        shown = await self._do.show_facts(call.caller, decode_facts.extract_facts(request))
        call.facts["results"] = len(shown.facts)
        return encode_facts.shown(shown)


def _not_yet() -> NotImplementedYet:
    return NotImplementedYet(feature=current_call().method.removeprefix("/"))
