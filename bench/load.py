"""Filling a server with made-up talk, quickly: through IngestStream, with vectors of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

import psycopg

from bench.server import BenchFailed, BenchServer
from memsvc_client import (
    EmbeddingMode,
    ExtractionMode,
    IngestStreamRequest,
    MemoryClient,
    Message,
)

#: How long a stream may take, in seconds: as long as the server lets it.
STREAM_SECONDS = 3_600.0


def requests_of(
    user_id: str,
    conversations: Iterable[list[Message]],
    mode: EmbeddingMode = EmbeddingMode.EMBEDDING_MODE_IMMEDIATE,
) -> Iterator[IngestStreamRequest]:
    """Yield one batch for each of a user's *conversations*."""
    for number, messages in enumerate(conversations):
        yield IngestStreamRequest(
            user_id=user_id,
            conversation_id=f"conversation-{number}",
            messages=messages,
            extraction=ExtractionMode.EXTRACTION_MODE_NONE,
            embedding_mode=mode,
        )


def stream(
    client: MemoryClient,
    requests: Iterable[IngestStreamRequest],
    advance: Callable[[int], object],
) -> float:
    """Store everything and return how many seconds it took; raise BenchFailed if a batch failed."""
    sent = 0

    def counted() -> Iterator[IngestStreamRequest]:
        nonlocal sent
        for request in requests:
            yield request
            sent += len(request.messages)
            advance(len(request.messages))

    started = time.perf_counter()
    report = client.ingest_stream(counted(), timeout=STREAM_SECONDS)
    seconds = time.perf_counter() - started
    if report.errors or report.message_count != sent:
        reason = report.errors[0].message if report.errors else "messages are missing"
        message = f"{report.message_count} of {sent} messages were stored: {reason}"
        raise BenchFailed(message)
    return seconds


def settle(server: BenchServer) -> None:
    """Do now what autovacuum would do later, between two measurements: statistics, free space."""
    with psycopg.connect(server.conninfo("postgres"), autocommit=True) as connection:
        connection.execute("vacuum (analyze)")
