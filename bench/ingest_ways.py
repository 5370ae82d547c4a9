"""The ways in which messages get into a server, each timed from the first message to the last reply."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from rich.progress import Progress

from bench.corpus import Corpus
from bench.ingest_figures import (
    BULK,
    BY_SERVER,
    DEFERRED,
    MODES,
    OWN,
    SINGLE,
    SINGLE_AT_ONCE,
    STREAM_MANY,
    STREAM_ONE,
    WAYS,
    Measured,
)
from bench.load import stream
from bench.progress import Steps
from examples.locomo import batches
from memsvc.core.lexical import searchable
from memsvc.providers.embedding import Embedder
from memsvc_client import (
    EmbeddingMode,
    ExtractionMode,
    IngestRequest,
    IngestStreamRequest,
    MemoryClient,
    Message,
)

#: Messages of a conversation, and of a request: as many as one takes.
BATCH: Final = 100
CALLERS: Final = 16
CALL_SECONDS: Final = 60.0
#: How often the server is asked whether all vectors are there, in seconds: asking costs it time.
POLL_SECONDS: Final = 0.2
PENDING: Final = "EMBEDDINGS_PENDING"
_SECONDS_MAX: Final = 600.0
_EMBEDDING_MODES: Final[Mapping[str, EmbeddingMode]] = {
    BY_SERVER: EmbeddingMode.EMBEDDING_MODE_IMMEDIATE,
    OWN: EmbeddingMode.EMBEDDING_MODE_IMMEDIATE,
    DEFERRED: EmbeddingMode.EMBEDDING_MODE_DEFERRED,
}

#: Sends requests, tells of the messages that are sent, and returns the seconds that it took.
Send = Callable[[Sequence[IngestRequest], Callable[[int], object]], float]


@dataclass(frozen=True, slots=True)
class Amounts:
    """How many messages are stored in each way."""

    #: By mode, of the ways that are meant for many.
    bulk: Mapping[str, int]
    #: Of a message a call.
    single: int
    users: int
    #: Texts that the bare embedder is given at once, and how often, each time that it is timed.
    window: int
    windows: int
    #: In how many parts what the server embeds is sent, the bare embedder timed between them.
    parts: int


@dataclass(frozen=True, slots=True)
class Ways:
    """Stores made-up messages in every way, and times the bare embedder in between."""

    client: MemoryClient
    embedder: Embedder
    #: Runs what the embedder does.
    runner: asyncio.Runner
    corpus: Corpus
    #: A server may hold messages of earlier runs: this run's users are its own.
    suffix: str
    amounts: Amounts
    progress: Progress
    #: Tells the texts of one way from those of another.
    seeds: Iterator[int] = field(default_factory=count)

    def measured(self) -> Iterator[Measured]:
        """Yield the figures of each mode and way; what is embedded later comes last."""
        self.floor(1)
        for mode in MODES:
            for way in WAYS:
                yield self._measured(way, mode)

    def floor(self, windows: int) -> tuple[int, float]:
        """Return how many texts the bare embedder embedded, and in how many seconds."""
        messages = self._messages(windows * self.amounts.window)
        texts = [searchable(message.author, message.content) for message in messages]
        started = time.perf_counter()
        for window in batches(texts, self.amounts.window):
            self.runner.run(self.embedder.embed(window))
        return len(texts), time.perf_counter() - started

    def _measured(self, way: str, mode: str) -> Measured:
        many = self.amounts.single if way in {SINGLE, SINGLE_AT_ONCE} else self.amounts.bulk[mode]
        requests = self._requests(way, mode, many)
        steps = Steps(self.progress, f"{way}, {mode}", many)
        send = self._sending(way)
        if mode == BY_SERVER:
            seconds, floor = self._against_floor(send, requests, steps.advance)
            return Measured(way, mode, many, seconds, floor=floor)
        seconds = send(requests, steps.advance)
        # Few messages say nothing of how fast many get their vectors.
        if mode == DEFERRED and way in BULK:
            users = dict.fromkeys(request.user_id for request in requests)
            waited = self.until_embedded(list(users))
            return Measured(way, mode, many, seconds, until_embedded=waited)
        return Measured(way, mode, many, seconds)

    def _against_floor(
        self, send: Send, requests: Sequence[IngestRequest], advance: Callable[[int], object]
    ) -> tuple[float, float]:
        """Return the seconds of *requests*, and the bare embedder's rate before, between and after."""
        texts, embedding_seconds = self.floor(self.amounts.windows)
        seconds = 0.0
        for part in batches(requests, -(-len(requests) // self.amounts.parts)):
            seconds += send(part, advance)
            more, more_seconds = self.floor(self.amounts.windows)
            texts += more
            embedding_seconds += more_seconds
        return seconds, texts / embedding_seconds

    def _sending(self, way: str) -> Send:
        match way:
            case _ if way in {STREAM_ONE, STREAM_MANY}:
                return self.stream
            case _ if way == SINGLE_AT_ONCE:
                return self.at_once
            case _:
                return self.one_by_one

    def stream(self, requests: Sequence[IngestRequest], advance: Callable[[int], object]) -> float:
        """Return the seconds of one stream of *requests*."""
        items = [
            IngestStreamRequest(
                user_id=request.user_id,
                conversation_id=request.conversation_id,
                messages=request.messages,
                extraction=request.extraction,
                embedding_mode=request.embedding_mode,
            )
            for request in requests
        ]
        return stream(self.client, items, advance)

    def one_by_one(
        self, requests: Sequence[IngestRequest], advance: Callable[[int], object]
    ) -> float:
        """Return the seconds of one call after the other."""
        started = time.perf_counter()
        for request in requests:
            self.client.ingest(request, timeout=CALL_SECONDS)
            advance(len(request.messages))
        return time.perf_counter() - started

    def at_once(self, requests: Sequence[IngestRequest], advance: Callable[[int], object]) -> float:
        """Return the seconds of all calls, made by several callers."""

        def call(request: IngestRequest) -> None:
            self.client.ingest(request, timeout=CALL_SECONDS)

        started = time.perf_counter()
        with ThreadPoolExecutor(CALLERS) as callers:
            for request, _ in zip(requests, callers.map(call, requests), strict=True):
                advance(len(request.messages))
        return time.perf_counter() - started

    def until_embedded(self, users: Sequence[str]) -> float:
        """Return the seconds until no memory of *users* waits for its vector any more."""
        started = time.perf_counter()
        pause = threading.Event()
        for user_id in users:
            while self._is_waiting(user_id):
                if time.perf_counter() - started > _SECONDS_MAX:
                    message = f"vectors are still missing after {_SECONDS_MAX:.0f} s"
                    raise TimeoutError(message)
                pause.wait(POLL_SECONDS)
        return time.perf_counter() - started

    def _is_waiting(self, user_id: str) -> bool:
        reply = self.client.recall(user_id=user_id, query="What is new?", limit=1)
        return PENDING in reply.degraded_reasons

    def _messages(self, many: int, *, with_vectors: bool = False) -> list[Message]:
        conversations = self.corpus.conversations(
            next(self.seeds), many, with_vectors=with_vectors, length=BATCH
        )
        return [message for messages in conversations for message in messages]

    def _requests(self, way: str, mode: str, many: int) -> list[IngestRequest]:
        """Return *many* messages as requests, made before the clock runs."""
        # Callers at once are of several users, as they are in life: one user's take turns.
        users = {STREAM_MANY: self.amounts.users, SINGLE_AT_ONCE: CALLERS}.get(way, 1)
        size = 1 if way in {SINGLE, SINGLE_AT_ONCE} else BATCH
        messages = self._messages(many, with_vectors=mode == OWN)
        return [
            IngestRequest(
                user_id=f"{way}, {mode}, {start // size % users}, {self.suffix}",
                conversation_id=f"conversation-{start // BATCH}",
                messages=messages[start : start + size],
                extraction=ExtractionMode.EXTRACTION_MODE_NONE,
                embedding_mode=_EMBEDDING_MODES[mode],
            )
            for start in range(0, many, size)
        ]
