"""From messages to calls: batches of one conversation, chunks of several batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from memsvc.cli.formats.entries import Entry, Said
from memsvc.v1.memory_pb2 import EmbeddingMode
from memsvc.v1.memory_service_pb2 import IngestStreamRequest

BATCH_MESSAGES_MAX: Final = 100
#: A quarter of what a server takes by default.
BATCH_BYTES_MAX: Final = 1024 * 1024
#: A message's share of the request around it: tag and length.
_FRAME_BYTES: Final = 8
#: The rest of the request: five names and the mode.
_ENVELOPE_BYTES: Final = 1024


@dataclass(frozen=True, slots=True)
class ChunkLimits:
    """How much goes through one call."""

    messages: int = 2_000
    #: As many as a response names faults of.
    batches: int = 1_000
    #: All of a chunk is held in memory.
    size: int = 16 * 1024 * 1024


@dataclass(slots=True)
class Batch:
    """One request of a stream: messages of one conversation."""

    request: IngestStreamRequest
    #: Where in the file each message stands.
    places: list[str] = field(default_factory=list)
    size: int = _ENVELOPE_BYTES

    def fits(self, said: Said, size: int) -> bool:
        """Tell whether *said*, with so many bytes, may join."""
        scope = (self.request.project_id, self.request.agent_id)
        return (
            len(self.places) < BATCH_MESSAGES_MAX
            and self.size + size <= BATCH_BYTES_MAX
            and scope == (said.project_id, said.agent_id)
        )

    def add(self, said: Said, size: int) -> None:
        """Let *said* join."""
        message = self.request.messages.add()
        message.CopyFrom(said.message)
        # The request names them once for all.
        message.ClearField("user_id")
        message.ClearField("conversation_id")
        self.places.append(said.place)
        self.size += size

    def singly(self) -> Iterator[Batch]:
        """Yield a batch for each message, so that one that is refused does not take the others."""
        for place, message in zip(self.places, self.request.messages, strict=True):
            request = IngestStreamRequest()
            request.CopyFrom(self.request)
            request.ClearField("messages")
            request.ClearField("request_id")
            request.messages.add().CopyFrom(message)
            yield Batch(request, [place])


@dataclass(slots=True)
class Chunk:
    """What goes through one call, and is acknowledged as one."""

    batches: list[Batch] = field(default_factory=list)
    #: How many entries of the file it covers, those that are not sent as well.
    entries: int = 0
    messages: int = 0
    size: int = 0
    _open: dict[tuple[str, str], Batch] = field(default_factory=dict)

    def add(self, entry: Entry, mode: EmbeddingMode) -> None:
        """Cover *entry*; a message joins the last batch of its conversation or begins a new one."""
        self.entries += 1
        if not isinstance(entry, Said):
            return
        key = (entry.message.user_id, entry.message.conversation_id)
        size = entry.message.ByteSize() + _FRAME_BYTES
        batch = self._open.get(key)
        if batch is None or not batch.fits(entry, size):
            batch = Batch(
                IngestStreamRequest(
                    user_id=key[0],
                    conversation_id=key[1],
                    project_id=entry.project_id,
                    agent_id=entry.agent_id,
                    embedding_mode=mode,
                )
            )
            self._open[key] = batch
            self.batches.append(batch)
        batch.add(entry, size)
        self.messages += 1
        self.size += size

    def full(self, limits: ChunkLimits) -> bool:
        """Tell whether no more should join."""
        return (
            self.messages >= limits.messages
            or len(self.batches) >= limits.batches
            or self.size >= limits.size
        )


def chunks(
    entries: Iterable[Entry], mode: EmbeddingMode, limits: ChunkLimits | None = None
) -> Iterator[Chunk]:
    """Yield chunks that hold the messages of *entries*, those of a conversation in their order."""
    limits = limits or ChunkLimits()
    chunk = Chunk()
    for entry in entries:
        chunk.add(entry, mode)
        if chunk.full(limits):
            yield chunk
            chunk = Chunk()
    if chunk.batches:
        yield chunk
