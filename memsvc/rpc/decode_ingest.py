"""From messages to what is to be stored of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from typing import Final, TypeAlias, cast
from uuid import uuid4

import numpy as np
from google.protobuf.message import Message

from memsvc.core.errors import MemsvcError
from memsvc.core.model import GivenEmbedding, NewMessage, Role
from memsvc.rpc import metadata
from memsvc.rpc.decode import once, optional, require, source_class, time_of
from memsvc.usecases.memories.ingest import ExtractionMode, IngestAsk, Ingested
from memsvc.usecases.memories.ingest_stream import StreamItem
from memsvc.v1 import memory_pb2, memory_service_pb2

_EXTRACTION: Final = {
    memory_pb2.EXTRACTION_MODE_UNSPECIFIED: ExtractionMode.LATER,
    memory_pb2.EXTRACTION_MODE_ASYNC: ExtractionMode.LATER,
    memory_pb2.EXTRACTION_MODE_SYNC: ExtractionMode.AT_ONCE,
    memory_pb2.EXTRACTION_MODE_NONE: ExtractionMode.NEVER,
}
IngestBatch: TypeAlias = "memory_service_pb2.IngestRequest | memory_service_pb2.IngestStreamRequest"


def ingest(request: IngestBatch, encode: Callable[[Ingested], Message]) -> IngestAsk:
    """Return what an Ingest asks for; ids that are left empty are made."""
    require(_message_violations(request))
    return IngestAsk(
        user_id=request.user_id,
        conversation_id=request.conversation_id or str(uuid4()),
        messages=[
            new_message(message, f"messages[{index}]")
            for index, message in enumerate(request.messages)
        ],
        project_id=request.project_id,
        agent_id=request.agent_id,
        deferred=request.embedding_mode == memory_pb2.EMBEDDING_MODE_DEFERRED,
        extraction=_EXTRACTION[request.extraction],
        once=once(request, encode, request.user_id),
    )


async def ingest_stream(
    received: AsyncIterator[Message | MemsvcError],
) -> AsyncIterator[StreamItem]:
    """Yield the batches of a stream; what cannot be one stands for itself."""
    index = 0
    async for item in received:
        try:
            if isinstance(item, MemsvcError):
                raise item
            ask = ingest(cast("IngestBatch", item), _stored)
            if ask.extraction is ExtractionMode.AT_ONCE:
                # Nobody reads the facts of a stream's batch.
                ask = replace(ask, extraction=ExtractionMode.LATER)
        except MemsvcError as error:
            yield StreamItem(index, error)
        else:
            yield StreamItem(index, ask)
        index += 1


def _stored(_: Ingested) -> Message:
    """Return what is kept of a stream's batch: nothing but that it was stored."""
    return memory_service_pb2.IngestStreamResponse()


def _message_violations(request: IngestBatch) -> Iterable[tuple[str, str]]:
    seen: set[str] = set()
    for index, message in enumerate(request.messages):
        path = f"messages[{index}]"
        if message.message_id and message.message_id in seen:
            yield f"{path}.message_id", "must not occur twice in one request"
        seen.add(message.message_id)
        for name in ("user_id", "conversation_id"):
            if getattr(message, name) not in {"", getattr(request, name)}:
                yield f"{path}.{name}", f"must be empty or equal to the request's {name}"
        yield from metadata.violations(message.metadata, f"{path}.metadata")


def new_message(message: memory_pb2.Message, path: str) -> NewMessage:
    """Return the message that stands in field *path*."""
    return NewMessage(
        message_id=message.message_id or str(uuid4()),
        role=Role(message.role or Role.USER),
        content=message.content,
        author=message.author,
        event_time=time_of(message, "event_time", f"{path}.event_time"),
        metadata=metadata.metadata_of(message.metadata),
        importance=optional(message, "importance"),
        parent_message_id=message.parent_message_id,
        embedding=_embedding(message, f"{path}.embedding"),
        source_class=source_class(message.source_class),
    )


def _embedding(message: memory_pb2.Message, path: str) -> GivenEmbedding | None:
    if not message.HasField("embedding"):
        return None
    given = message.embedding
    return GivenEmbedding(given.model, np.array(given.values, np.float32), path)
